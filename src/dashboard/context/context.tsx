import "./context.css";
import { useState } from "react";
import { held } from "../../contract/view.ts";
import { Button } from "../controls/button.tsx";
import { useView } from "../live/here.tsx";
import { go, useRoute } from "../route/route.ts";
import { Create } from "./create.tsx";
import { Gone } from "./gone.tsx";
import { NoteList } from "./note-list.tsx";
import { Note } from "./note.tsx";

/** The notes that all agents share: all of them, or one to read, change and look back on. */
export function Context() {
  const { key } = useRoute();
  const [creating, setCreating] = useState(false);
  const entry = useView((view) => (key === undefined ? undefined : held(view.context, key)));
  const open = (wanted: string | undefined) => {
    setCreating(false);
    go({ key: wanted });
  };
  if (creating) return <Create onDone={open} />;
  if (key === undefined) return <NoteList onOpen={open} onCreate={() => setCreating(true)} />;
  // A key names another note: nothing of the one before stays.
  if (entry) return <Note key={key} entry={entry} onBack={() => open(undefined)} />;
  return (
    <Gone
      key={key}
      name={key}
      actions={
        <Button icon="back" onClick={() => open(undefined)}>
          All notes
        </Button>
      }
    />
  );
}
