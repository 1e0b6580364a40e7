import "./conflict.css";
import { HUMAN } from "../../contract/actor.ts";
import { Button } from "../controls/button.tsx";
import type { Sides } from "./differences.ts";
import { whoWords } from "./who.ts";

/** What each difference is settled with, in a compare of somebody else's text with one's own. */
export const THEIRS_OR_MINE: Sides = { take: "Take theirs", keep: "Keep mine" };

interface ConflictProps {
  /** Who saved another text. */
  by: string;
  revision: number;
  comparing: boolean;
  onCompare: (compare: boolean) => void;
  /** Gives up one's own. */
  onTheirs: () => void;
}

/** Somebody else saved while one was writing: nothing is lost, and nothing is overwritten unseen. */
export function Conflict({ by, revision, comparing, onCompare, onTheirs }: ConflictProps) {
  const who = by === HUMAN ? "you, elsewhere," : whoWords(by);
  return (
    <div className="conflict" role="alert">
      <p>
        <strong>▲ Changed by {who} since you opened it</strong> (revision {revision}).{" "}
        {comparing
          ? "Red is only theirs, teal only yours. Settle each difference, or write; then save."
          : "What you wrote is kept here. Compare before you save."}
      </p>
      <div>
        <Button onClick={() => onCompare(!comparing)}>{comparing ? "Only mine" : "Compare"}</Button>
        <Button look="quiet" onClick={onTheirs}>
          Drop mine
        </Button>
      </div>
    </div>
  );
}
