import { useMemo, useState } from "react";
import type { EntryPreview } from "../../contract/view.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { fit } from "../keys/fit.ts";
import { useOnline, useView } from "../live/here.tsx";
import { Author } from "./author.tsx";

/** With fewer, a look finds one sooner than typing does. */
const WORTH_FINDING = 8;
/** How many are drawn; the rest is found by typing. */
const MOST = 300;

interface NoteListProps {
  onOpen: (key: string) => void;
  onCreate: () => void;
}

/** All notes by key, each with who wrote it when, and how it begins. */
export function NoteList({ onOpen, onCreate }: NoteListProps) {
  const online = useOnline();
  const context = useView((view) => view.context);
  const [query, setQuery] = useState("");
  const entries = useMemo(() => Object.values(context).sort((a, b) => (a.key < b.key ? -1 : 1)), [context]);
  const fits = query === "" ? entries : entries.filter((entry) => matches(entry, query));
  const add = (
    <Button icon="plus" disabled={!online} onClick={onCreate}>
      New note
    </Button>
  );
  if (entries.length === 0)
    return (
      <div role="group" aria-label="Shared context">
        <Empty title="No shared notes yet" action={add}>
          A whiteboard for all agents and you: decisions, interfaces, who has which files. Agents add to it as they
          work, and whoever has read a note is told when it changes.
        </Empty>
      </div>
    );
  return (
    <>
      <header className="context-head">
        {entries.length > WORTH_FINDING ? (
          <input
            className="input"
            type="search"
            aria-label="Find a note"
            placeholder={`Find in ${entries.length} notes`}
            value={query}
            onChange={({ target }) => setQuery(target.value)}
          />
        ) : (
          <span className="meta">{entries.length === 1 ? "1 note" : `${entries.length} notes`}</span>
        )}
        {add}
      </header>
      <div className="context-list scroll" role="group" aria-label="Shared context" tabIndex={-1}>
        {fits.slice(0, MOST).map((entry) => (
          <article key={entry.key}>
            <h2>
              <button type="button" onClick={() => onOpen(entry.key)}>
                {entry.key}
              </button>
            </h2>
            <p className="context-value">{beginning(entry.value)}</p>
            <p className="meta">
              <Author name={entry.by} /> · revision {entry.revision} · <Ago at={entry.at} />
            </p>
          </article>
        ))}
        {fits.length === 0 && <Empty title="No note fits">Keys and texts are looked through.</Empty>}
        {fits.length > MOST && <p className="context-note meta">and {fits.length - MOST} more: type to find them</p>}
      </div>
    </>
  );
}

function matches({ key, value }: EntryPreview, query: string): boolean {
  return fit(key, query.toLowerCase()) > 0 || value.toLowerCase().includes(query.toLowerCase());
}

/** Enough of a value to fill its lines. */
function beginning(value: string): string {
  const text = value.slice(0, 300).replace(/\s+/g, " ").trim();
  return text === "" ? "(empty)" : text;
}
