import { useState } from "react";
import { AgentMark } from "../agent/mark.tsx";
import { Ago } from "../controls/time.tsx";
import type { FileMark } from "./marks.ts";

const LETTER: Record<FileMark["what"], string> = { created: "A", changed: "M", deleted: "D", moved: "R" };
/** What was written within this time is news. Milliseconds. */
const NEWS_MS = 3_000;

/** What happened to a file lately, by whom, and how long ago. */
export function MarkOf({ mark }: { mark: FileMark }) {
  // Another key for another moment: each write is news once.
  return <Mark key={mark.at} mark={mark} />;
}

function Mark({ mark: { what, agent, by, at } }: { mark: FileMark }) {
  const [news] = useState(() => Date.now() - Date.parse(at) < NEWS_MS);
  return (
    <span className="files-mark" data-what={what} data-news={news} title={`${what} by ${by}`}>
      {agent !== undefined && <AgentMark name={agent} />}
      <span className="unseen">
        {what} by {by}
      </span>
      <span className="files-letter" aria-hidden="true">
        {LETTER[what]}
      </span>
      <Ago at={at} />
    </span>
  );
}
