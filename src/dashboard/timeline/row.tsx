import { memo } from "react";
import { StandingShape } from "../agent/mark.tsx";
import { Button, IconButton } from "../controls/button.tsx";
import { Time } from "../controls/time.tsx";
import { Told } from "../controls/told.tsx";
import { Name, WhoMark } from "../messages/who.tsx";
import { Icon } from "../controls/icon.tsx";
import { goToRoom } from "../shell/places.ts";
import { showGoal } from "./goal.ts";
import type { Entry } from "./entries.ts";
import type { Goal } from "./said.ts";
import { LaneDrawing } from "./lane-drawing.tsx";
import type { Lane } from "./lanes.ts";

/** What can be done with an entry; the same object for all. */
export interface RowDoes {
  /** Goes to the entry of a message. */
  jump: (message: string) => void;
  undo: (id: string) => void;
}

interface RowProps {
  entry: Entry;
  lanes: readonly Lane[];
  step: number;
  lit: boolean;
  /** Id of the message that answers this one. */
  answer: string | undefined;
  /** What it took back was brought back. */
  undone: boolean;
  online: boolean;
  does: RowDoes;
}

const GOALS: Record<Goal["room"], string> = {
  messages: "Show the message",
  changes: "Show the changes",
  inbox: "Show what waits",
  context: "Show the note",
  rules: "Show the rules",
  terminals: "Show the terminal",
};

/** One thing that happened: when, in whose lane, in words, and where it leads. */
export const TimelineRow = memo(function TimelineRow(props: RowProps) {
  const { entry, lanes, step, lit, answer, undone, online, does } = props;
  const { at, by, does: verb, whom, about, tone, goal, answers, undo } = entry;
  return (
    <div className="timeline-row" role="listitem" data-lit={lit} tabIndex={-1}>
      <Time at={at} />
      <LaneDrawing lanes={lanes} entry={entry} step={step} />
      <span className="timeline-mark">{by === "system" ? <Icon name="why" /> : <WhoMark of={by} />}</span>
      <div className="timeline-words">
        <p>
          <Name of={by} strong />{" "}
          <span className="timeline-does" data-tone={tone}>
            {tone && <StandingShape tone={tone} />}
            {verb}
          </span>
          {whom !== undefined && (
            <>
              {" "}
              <Name of={whom} />
            </>
          )}
          {about && <bdi className="timeline-about">{tone === "failed" ? <Told text={about} /> : about}</bdi>}
        </p>
      </div>
      {(answers ?? answer ?? undo) !== undefined && (
        <div className="timeline-actions">
          {answers !== undefined && (
            <Button look="quiet" onClick={() => does.jump(answers)}>
              What it answers
            </Button>
          )}
          {answer !== undefined && (
            <Button look="quiet" onClick={() => does.jump(answer)}>
              Its answer
            </Button>
          )}
          {undo !== undefined && undone && <span className="meta">undone</span>}
          {undo !== undefined && !undone && (
            <Button disabled={!online} onClick={() => does.undo(undo)}>
              Undo
            </Button>
          )}
        </div>
      )}
      {goal && (
        <div className="timeline-goal">
          <IconButton icon="open" label={GOALS[goal.room]} onClick={() => showGoal(goal, goToRoom)} />
        </div>
      )}
    </div>
  );
});
