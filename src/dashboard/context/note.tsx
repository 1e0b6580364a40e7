import { useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { EntryPreview } from "../../contract/view.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { Menu } from "../controls/menu.tsx";
import { Ago } from "../controls/time.tsx";
import { toast } from "../controls/toast.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { Author } from "./author.tsx";
import { NoteEditor } from "./note-editor.tsx";
import { NoteHistory } from "./note-history.tsx";
import { NoteReaders } from "./readers.tsx";
import { Value } from "./value.tsx";
import { useWhole } from "./whole.ts";

type Shown = "value" | "editor" | "history";

/** One note: its value, an editor for it, or what it was before. */
export function Note({ entry, onBack }: { entry: EntryPreview; onBack: () => void }) {
  const { key, revision, by, at } = entry;
  const { client } = useHere();
  const online = useOnline();
  const [shown, show] = useState<Shown>("value");
  const [begun, begin] = useState<string>();
  const { whole, problem } = useWhole(entry);

  const remove = async () => {
    try {
      await client.call("context.remove", { key, expect_revision: revision });
    } catch (error) {
      toast(toFailure(error).message, { trouble: true });
      return;
    }
    onBack();
    const undo = () =>
      void client.call("context.restore", { key, revision }).then(
        () => toast(`${key} is back.`),
        (error: unknown) => toast(toFailure(error).message, { trouble: true }),
      );
    toast(`Deleted ${key}.`, { action: { title: "Undo", run: undo } });
  };
  const edit = (text?: string) => {
    begin(text);
    show("editor");
  };
  return (
    <section className="context-one" aria-label={key}>
      <header className="context-head">
        <IconButton icon="back" label="All notes" onClick={onBack} />
        <h2>{key}</h2>
        {shown === "value" ? (
          <Button disabled={!online || whole === undefined} onClick={() => edit()}>
            Edit
          </Button>
        ) : (
          <Button look="quiet" onClick={() => show("value")}>
            Close
          </Button>
        )}
        <Menu
          label={`More for ${key}`}
          groups={[
            [
              { title: "History", icon: "timeline", run: () => show("history") },
              {
                title: "Copy the value",
                icon: "copy",
                disabled: whole === undefined,
                run: () => void navigator.clipboard.writeText(whole ?? "").then(() => toast("Copied.")),
              },
            ],
            [{ title: "Delete", icon: "remove", danger: true, disabled: !online, run: () => void remove() }],
          ]}
        >
          {(opener) => <IconButton icon="more" label={`More for ${key}`} {...opener} />}
        </Menu>
      </header>
      <div className="context-facts meta">
        <span>
          Revision {revision} by <Author name={by} /> · <Ago at={at} />
        </span>
        <NoteReaders name={key} revision={revision} />
      </div>
      {problem !== undefined && whole === undefined ? (
        <Empty title="The whole note could not be read" role="alert">
          {problem}
        </Empty>
      ) : whole === undefined ? (
        <Skeleton rows={4} />
      ) : shown === "editor" ? (
        <NoteEditor entry={entry} value={whole} begun={begun} onDone={() => show("value")} />
      ) : shown === "history" ? (
        <NoteHistory name={key} newest={revision} onTake={edit} />
      ) : (
        <Value value={whole} label={`Value of ${key}`} />
      )}
    </section>
  );
}
