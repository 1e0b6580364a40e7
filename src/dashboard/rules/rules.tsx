import "./rules.css";
import { useState } from "react";
import { Button } from "../controls/button.tsx";
import { Ago } from "../controls/time.tsx";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { Conflict, THEIRS_OR_MINE } from "../text/conflict.tsx";
import { useDraft } from "../text/draft.ts";
import { Editor } from "../text/editor.tsx";
import { useSaving } from "../text/save.ts";
import { whoWords } from "../text/who.ts";
import { History } from "./history.tsx";
import { Readers } from "./readers.tsx";
import { TEMPLATES } from "./templates.ts";

const HINT = "What you write here, every agent is given when it starts, and told of when it changes.";

/** The rules every agent follows: written here, with who has which revision and what each revision changed. */
export function Rules() {
  const { client, workspace } = useHere();
  const online = useOnline();
  const rules = useView((view) => view.rules);
  const draft = useDraft(`rules.${workspace.id}`, rules);
  const [history, setHistory] = useState(false);
  const [comparing, setComparing] = useState(false);
  const compares = comparing && draft.stale;
  const { save, busy, problem } = useSaving(draft, async (text) => {
    // Whoever compares has seen the newest: that is what is replaced.
    const over = compares ? rules.revision : draft.revision;
    const { revision } = await client.call("rules.update", { text, expect_revision: over });
    return revision;
  });
  const may = draft.dirty && online && !busy && (!draft.stale || compares);
  return (
    <section className="rules" aria-label="Rules">
      <header className="rules-head">
        <p className="meta">
          {rules.revision === 0 ? "No rules yet" : `Revision ${rules.revision} by ${whoWords(rules.by)}`}
          {rules.at !== undefined && (
            <>
              {" · "}
              <Ago at={rules.at} />
            </>
          )}
        </p>
        <Button look="quiet" icon="timeline" aria-pressed={history} onClick={() => setHistory(!history)}>
          {history ? "Editor" : "History"}
        </Button>
        <Readers />
      </header>
      {history ? (
        <History
          onTake={(text) => {
            draft.change(text);
            setHistory(false);
          }}
        />
      ) : (
        <>
          {draft.stale && (
            <Conflict
              by={rules.by}
              revision={rules.revision}
              comparing={compares}
              onCompare={setComparing}
              onTheirs={draft.drop}
            />
          )}
          {draft.text === "" && <Templates onChoose={draft.change} />}
          <Editor
            label="Rules"
            text={draft.text}
            path="rules.md"
            hint={HINT}
            onChange={draft.change}
            onSave={() => may && save()}
            against={compares ? rules.text : undefined}
            sides={compares ? THEIRS_OR_MINE : undefined}
          />
          <footer className="rules-foot">
            <span className="meta" role="status" data-problem={problem !== undefined && !draft.stale}>
              {(!draft.stale && problem) || standing(draft.dirty, busy, online, rules.revision > 0)}
            </span>
            {draft.dirty && (
              <Button look="quiet" onClick={draft.drop}>
                Discard
              </Button>
            )}
            <Button look="primary" disabled={!may} onClick={save}>
              Save
            </Button>
          </footer>
        </>
      )}
    </section>
  );
}

function standing(dirty: boolean, busy: boolean, online: boolean, written: boolean): string {
  if (busy) return "Saving…";
  if (!dirty) return written ? "Saved" : "";
  return online ? "Not saved" : "Not connected: kept in this browser";
}

function Templates({ onChoose }: { onChoose: (text: string) => void }) {
  return (
    <div className="rules-templates" role="group" aria-label="Templates">
      <p className="meta">Begin with</p>
      {TEMPLATES.map(({ title, about, text }) => (
        <button key={title} type="button" onClick={() => onChoose(text)}>
          <strong>{title}</strong>
          <span className="meta">{about}</span>
        </button>
      ))}
    </div>
  );
}
