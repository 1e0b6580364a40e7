import "./band.css";
import { useEffect } from "react";
import { showAgent } from "../agent/selected.ts";
import { StandingShape } from "../agent/mark.tsx";
import { Button } from "../controls/button.tsx";
import { Count } from "../controls/tabs.tsx";
import { useHere, useView } from "../live/here.tsx";
import { atClick } from "../route/part.tsx";
import { goToRoom } from "../shell/places.ts";
import { announceWaiting } from "./alerts.ts";
import { useMoving } from "./moving.ts";
import { sameWaiting, waitingIn, type Waiting } from "./waiting.ts";

const Item = atClick(() => import("./item.tsx").then((module) => module.Item));

interface BandProps {
  /** The inbox is on the screen already. */
  hidden: boolean;
  /** One line that leads to the inbox: where a phone shows something else. */
  compact: boolean;
}

/** What has waited longest, above all else, whatever is on the screen. The inbox has the rest. */
export function AttentionBand({ hidden, compact }: BandProps) {
  const { live, workspace } = useHere();
  const waiting = useView(({ agents }) => waitingIn(agents), sameWaiting);
  useEffect(() => announceWaiting(live, workspace.name), [live, workspace.name]);
  const first = waiting[0];
  return (
    <>
      <p className="unseen" role="status">
        {first && `${first.item.agent} needs you: ${first.item.title}`}
      </p>
      {first && !hidden && compact && (
        <button type="button" className="attention-line" onClick={() => goToRoom("inbox", { item: first.item.id })}>
          <StandingShape tone="attention" />
          <strong>{first.item.agent}</strong>
          <span className="clip">{first.item.title}</span>
          {waiting.length > 1 && <Count of={waiting.length} urgent />}
        </button>
      )}
      {first && !hidden && !compact && <Band first={first} more={waiting.length - 1} />}
    </>
  );
}

function Band({ first: { agent, item }, more }: { first: Waiting; more: number }) {
  const { live } = useHere();
  const moving = useMoving(item.id);
  return (
    <section className="attention-band" aria-label="Needs you" data-moving={moving || undefined}>
      <Item
        key={item.id}
        item={item}
        onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))}
        more={
          more > 0 && (
            <Button look="quiet" onClick={() => goToRoom("inbox")}>
              {more} more
            </Button>
          )
        }
      />
    </section>
  );
}
