import { useRef, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import { held } from "../../contract/view.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Field } from "../controls/field.tsx";
import { printKeys } from "../keys/command.ts";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { keep, kept } from "../live/kept.ts";

/** Writes a note that was not there. `onDone` gets its key, or nothing when it was left. */
export function Create({ onDone }: { onDone: (key: string | undefined) => void }) {
  const { client, workspace } = useHere();
  const online = useOnline();
  const context = useView((view) => view.context);
  const place = `context.new.${workspace.id}`;
  const [key, setKey] = useState("");
  const [value, setValue] = useState(() => kept<string>(place) ?? "");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const taken = held(context, key.trim()) !== undefined;
  const wrong = taken ? "There is a note with this key already; change that one, or choose another." : problem;

  const save = async () => {
    if (key.trim() === "") {
      setProblem("Give it a key: one line by which agents find it.");
      field.current?.focus();
      return;
    }
    if (busy || taken || !online) return;
    setBusy(true);
    try {
      // Revision 0: only if nobody wrote it meanwhile.
      await client.call("context.write", { key: key.trim(), value, expect_revision: 0 });
      keep(place, undefined);
      onDone(key.trim());
    } catch (error) {
      setProblem(toFailure(error).message);
      setBusy(false);
    }
  };
  return (
    <form
      className="context-create"
      aria-label="New note"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
      }}
    >
      <header className="context-head">
        <IconButton icon="back" label="All notes" onClick={() => onDone(undefined)} />
        <h2>New note</h2>
      </header>
      <div className="context-fields scroll">
        <Field label="Key" problem={wrong} about="One line, e.g. api/users. Slashes are fine.">
          {(control) => (
            <input
              {...control}
              ref={field}
              // The form was asked for just now: this is where it begins.
              // oxlint-disable-next-line jsx-a11y/no-autofocus
              autoFocus
              className="input"
              value={key}
              maxLength={200}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={({ target }) => {
                setKey(target.value);
                setProblem(undefined);
              }}
            />
          )}
        </Field>
        <Field label="Value">
          {(control) => (
            <textarea
              {...control}
              className="input"
              rows={10}
              placeholder="Text or JSON"
              value={value}
              onChange={({ target }) => {
                setValue(target.value);
                keep(place, target.value === "" ? undefined : target.value);
              }}
            />
          )}
        </Field>
      </div>
      <footer className="context-foot">
        <span className="meta" data-keys={online}>
          {online ? printKeys("mod+enter") : "Not connected: kept in this browser"}
        </span>
        <Button look="quiet" onClick={() => onDone(undefined)}>
          Cancel
        </Button>
        <Button look="primary" type="submit" disabled={busy || taken || !online}>
          {busy ? "Saving…" : "Save"}
        </Button>
      </footer>
    </form>
  );
}
