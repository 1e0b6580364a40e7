import { useState } from "react";
import type { Client } from "../client/client.ts";
import type { Agent } from "../contract/agent.ts";
import { toFailure } from "../contract/error.ts";
import type { Rules } from "../contract/rules.ts";

/** The rules every agent follows, editable; who has which revision. */
export function RulesPanel({ client, rules, agents }: { client: Client; rules: Rules; agents: Agent[] }) {
  const [draft, setDraft] = useState<{ text: string; revision: number }>();
  const [problem, setProblem] = useState("");
  const stale = draft !== undefined && draft.revision !== rules.revision;
  const behind = agents
    .filter(({ live, rules_revision }) => live && rules_revision < rules.revision)
    .map(({ name }) => name);

  const save = async () => {
    if (!draft) return;
    try {
      await client.call("rules.update", { text: draft.text, expect_revision: draft.revision });
      setDraft(undefined);
      setProblem("");
    } catch (error) {
      setProblem(toFailure(error).message);
    }
  };
  return (
    <div className="rules">
      <p className="muted">
        Revision {rules.revision} by {rules.by}.{behind.length > 0 && ` Not read yet by ${behind.join(", ")}.`}
      </p>
      <textarea
        aria-label="Rules"
        spellCheck={false}
        value={draft?.text ?? rules.text}
        onChange={({ target }) => setDraft({ text: target.value, revision: draft?.revision ?? rules.revision })}
        placeholder="No rules yet. What you write here, every agent is given."
      />
      {stale && (
        <p role="alert" className="trouble">
          Somebody changed the rules while you wrote. Your text is kept here; discard it to see theirs.
        </p>
      )}
      {problem && !stale && (
        <p role="alert" className="trouble">
          {problem}
        </p>
      )}
      <div className="actions">
        <button className="primary" disabled={!draft || stale} onClick={() => void save()}>
          Save
        </button>
        <button disabled={!draft} onClick={() => setDraft(undefined)}>
          Discard
        </button>
      </div>
    </div>
  );
}
