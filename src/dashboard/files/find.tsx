import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { toFailure } from "../../contract/error.ts";
import { Empty } from "../controls/empty.tsx";
import { useHere } from "../live/here.tsx";
import { MarkOf } from "./mark.tsx";
import { useMarks } from "./marks.ts";

/** How long typing pauses before it is looked for. */
const PAUSE_MS = 80;
const MOST = 60;

interface FoundProps {
  query: string;
  selected: string | undefined;
  onOpen: (path: string) => void;
}

/** Files whose paths fit what was typed, the best first. */
export function Found({ query, selected, onOpen }: FoundProps) {
  const { client } = useHere();
  const marks = useMarks();
  const [answer, setAnswer] = useState<{ paths: string[]; complete: boolean }>();
  const [problem, setProblem] = useState<string>();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const gone = new AbortController();
    const timer = setTimeout(
      () =>
        client.call("file.find", { query: query.slice(0, 200), limit: MOST }, { signal: gone.signal }).then(
          (found) => {
            setAnswer(found);
            setProblem(undefined);
          },
          (error: unknown) => !gone.signal.aborted && setProblem(toFailure(error).message),
        ),
      PAUSE_MS,
    );
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, query]);
  if (problem)
    return (
      <Empty title="Nothing could be looked for" role="alert">
        {problem}
      </Empty>
    );
  if (!answer) return null;
  if (answer.paths.length === 0)
    return <Empty title="No file fits">Ignored files are left out; the tree can show them.</Empty>;
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const all = [...(list.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    all[all.indexOf(document.activeElement as HTMLElement) + by]?.focus();
    event.preventDefault();
  };
  return (
    // Arrows only move the focus between the buttons in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul className="files-found scroll" aria-label="Found files" ref={list} onKeyDown={onKeyDown}>
      {answer.paths.map((path) => {
        const cut = path.lastIndexOf("/") + 1;
        const mark = marks.get(path);
        return (
          <li key={path}>
            <button
              type="button"
              aria-current={path === selected || undefined}
              title={path}
              onClick={() => onOpen(path)}
            >
              <span className="files-path">
                {path.slice(cut)} <span className="muted">{path.slice(0, cut)}</span>
              </span>
              {mark && <MarkOf mark={mark} />}
            </button>
          </li>
        );
      })}
      {!answer.complete && <li className="files-note">There are so many files that not all were looked at.</li>}
    </ul>
  );
}
