import { useEffect, useState } from "react";
import type { ContextRevision } from "../../contract/context.ts";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useHere } from "../live/here.tsx";
import { Editor } from "../text/editor.tsx";
import { Revisions } from "../text/revisions.tsx";
import { laidOut } from "./value.tsx";

const PAGE = 50;

interface NoteHistoryProps {
  name: string;
  /** The revision that holds now. */
  newest: number;
  /** Puts the value of a revision into the editor. */
  onTake: (value: string) => void;
}

/** Every revision of a note, deletions too, and what each changed. */
export function NoteHistory({ name, newest, onTake }: NoteHistoryProps) {
  const { client } = useHere();
  const [revisions, setRevisions] = useState<ContextRevision[]>();
  const [problem, setProblem] = useState<string>();
  const [chosen, setChosen] = useState<number>();
  const [oldest, setOldest] = useState<number>();
  useEffect(() => {
    let wanted = true;
    const input = { key: name, limit: PAGE, ...(oldest !== undefined && { before: oldest }) };
    client.call("context.history", input).then(
      (page) => wanted && setRevisions((was) => (oldest === undefined ? page : [...(was ?? []), ...page])),
      (error: unknown) => wanted && setProblem(toFailure(error).message),
    );
    return () => {
      wanted = false;
    };
  }, [client, name, newest, oldest]);
  if (problem)
    return (
      <Empty title="The history could not be read" role="alert">
        {problem}
      </Empty>
    );
  const selected = revisions?.find(({ revision }) => revision === chosen) ?? revisions?.[0];
  if (!revisions || !selected) return <Skeleton rows={4} />;
  const before = revisions.find(({ revision }) => revision === selected.revision - 1);
  const last = revisions.at(-1)?.revision ?? 1;
  const text = shown(selected.value);
  return (
    <>
      <Revisions
        revisions={revisions.map(({ value, ...one }) => ({
          ...one,
          about: value === undefined ? "deleted" : `${value.length} characters`,
        }))}
        selected={selected.revision}
        onSelect={setChosen}
        onMore={last > 1 ? () => setOldest(last) : undefined}
      />
      <Editor
        key={selected.revision}
        label={`${name}, revision ${selected.revision}`}
        text={text}
        against={before?.value === undefined ? undefined : shown(before.value)}
        path={laidOut(selected.value ?? before?.value ?? "") === undefined ? "value.md" : "value.json"}
      />
      <footer className="context-foot">
        <span className="meta">
          {selected.value === undefined ? "It was deleted here." : `What revision ${selected.revision} changed`}
        </span>
        {selected.value !== undefined && selected.revision < newest && (
          <Button onClick={() => onTake(selected.value ?? "")}>Put it into the editor</Button>
        )}
      </footer>
    </>
  );
}

/** Laid out, so that a change in JSON is the lines that changed. */
function shown(value: string | undefined): string {
  return laidOut(value ?? "") ?? value ?? "";
}
