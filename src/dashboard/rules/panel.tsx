import "./panel.css";
import { useState } from "react";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { sameItems, useHere, useOnline, useView } from "../live/here.tsx";

/** The rules every agent follows, editable; who has which revision. */
export function RulesPanel() {
  const { client } = useHere();
  const online = useOnline();
  const rules = useView((view) => view.rules);
  const behind = useView(
    ({ agents, rules: { revision } }) =>
      Object.values(agents)
        .filter(({ live, rules_revision }) => live && rules_revision < revision)
        .map(({ name }) => name),
    sameItems,
  );
  const [draft, setDraft] = useState<{ text: string; revision: number }>();
  const [problem, setProblem] = useState("");
  const stale = draft !== undefined && draft.revision !== rules.revision;

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
      <p className="meta">
        Revision {rules.revision} by {rules.by}.{behind.length > 0 && ` Not read yet by ${behind.join(", ")}.`}
      </p>
      <textarea
        className="input"
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
        <Button look="primary" disabled={!draft || stale || !online} onClick={() => void save()}>
          Save
        </Button>
        <Button disabled={!draft} onClick={() => setDraft(undefined)}>
          Discard
        </Button>
      </div>
    </div>
  );
}
