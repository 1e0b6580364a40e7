import { AgentMark } from "../agent/mark.tsx";
import { Ago } from "../controls/time.tsx";
import type { FileMark } from "./marks.ts";

const LETTER: Record<FileMark["what"], string> = { created: "A", changed: "M", deleted: "D", moved: "R" };

/** What happened to a file lately, by whom, and how long ago. */
export function MarkOf({ mark: { what, agent, by, at } }: { mark: FileMark }) {
  return (
    // Another key for another moment: it lights up once when the file is written.
    <span key={at} className="files-mark" data-what={what} title={`${what} by ${by}`}>
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
