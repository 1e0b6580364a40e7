import { useEffect, useState } from "react";
import type { EntryPreview } from "../../contract/view.ts";
import { Button } from "../controls/button.tsx";
import { toast } from "../controls/toast.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { Conflict, THEIRS_OR_MINE } from "../text/conflict.tsx";
import { useDraft } from "../text/draft.ts";
import { Editor } from "../text/editor.tsx";
import { useSaving } from "../text/save.ts";
import { laidOut } from "./value.tsx";

interface NoteEditorProps {
  entry: EntryPreview;
  /** All of it. */
  value: string;
  /** A text to begin with instead, e.g. of an earlier revision. */
  begun: string | undefined;
  onDone: () => void;
}

/** Changes a note, over the revision that was read and no other. */
export function NoteEditor({ entry: { key, by, revision }, value, begun, onDone }: NoteEditorProps) {
  const { client, workspace } = useHere();
  const online = useOnline();
  const draft = useDraft(`context.${workspace.id}.${key}`, { text: value, revision });
  const [comparing, setComparing] = useState(false);
  const compares = comparing && draft.stale;
  const { save, busy, problem } = useSaving(draft, async (text) => {
    const over = compares ? revision : draft.revision;
    const written = await client.call("context.write", { key, value: text, expect_revision: over });
    toast(`Saved ${key}, revision ${written.revision}.`);
    onDone();
    return written.revision;
  });
  const { change } = draft;
  useEffect(() => {
    if (begun !== undefined) change(begun);
    // Only when it is handed in; what is written afterwards is the person's.
  }, [begun]); // oxlint-disable-line react/exhaustive-deps
  const may = draft.dirty && online && !busy && (!draft.stale || compares);
  const leave = () => {
    draft.drop();
    onDone();
  };
  return (
    <>
      {draft.stale && (
        <Conflict by={by} revision={revision} comparing={compares} onCompare={setComparing} onTheirs={leave} />
      )}
      <Editor
        label={`Value of ${key}`}
        text={draft.text}
        path={laidOut(value) === undefined ? "value.md" : "value.json"}
        hint="Text or JSON"
        onChange={draft.change}
        onSave={() => may && save()}
        against={compares ? value : undefined}
        sides={compares ? THEIRS_OR_MINE : undefined}
      />
      <footer className="context-foot">
        <span className="meta" role="status" data-problem={problem !== undefined && !draft.stale}>
          {(!draft.stale && problem) || standing(draft.dirty, busy, online)}
        </span>
        <Button look="quiet" onClick={leave}>
          {draft.dirty ? "Discard" : "Cancel"}
        </Button>
        <Button look="primary" disabled={!may} onClick={save}>
          Save
        </Button>
      </footer>
    </>
  );
}

function standing(dirty: boolean, busy: boolean, online: boolean): string {
  if (busy) return "Saving…";
  if (!online) return "Not connected: kept in this browser";
  return dirty ? "Not saved" : "";
}
