import "./revisions.css";
import { Button } from "../controls/button.tsx";
import { Ago } from "../controls/time.tsx";
import { whoWords } from "./who.ts";

export interface Revision {
  revision: number;
  by: string;
  at: string;
  /** E.g. its size, or that it was removed. */
  about?: string;
}

interface RevisionsProps {
  revisions: Revision[];
  selected: number | undefined;
  onSelect: (revision: number) => void;
  /** There are older ones, not asked for yet. */
  onMore?: (() => void) | undefined;
}

/** The revisions of a text, newest first; one of them is shown below. */
export function Revisions({ revisions, selected, onSelect, onMore }: RevisionsProps) {
  return (
    <ol className="revisions" aria-label="Revisions" tabIndex={-1}>
      {revisions.map(({ revision, by, at, about }) => (
        <li key={revision}>
          <button type="button" aria-current={revision === selected || undefined} onClick={() => onSelect(revision)}>
            <span className="revisions-number">{revision}</span>
            <span className="clip">{whoWords(by)}</span>
            {about && <span className="meta">{about}</span>}
            <Ago at={at} />
          </button>
        </li>
      ))}
      {onMore && (
        <li>
          <Button look="quiet" onClick={onMore}>
            Older
          </Button>
        </li>
      )}
    </ol>
  );
}
