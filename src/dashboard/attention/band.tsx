import "./band.css";
import { lazy, Suspense, useEffect } from "react";
import { showAgent } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { useHere, useView } from "../live/here.tsx";
import { goToRoom } from "../shell/places.ts";
import { announceWaiting } from "./alerts.ts";
import { useMoving } from "./moving.ts";
import { sameWaiting, waitingIn, type Waiting } from "./waiting.ts";

const Item = lazy(() => import("./item.tsx").then((module) => ({ default: module.Item })));

/** What has waited longest, above all else, whatever is on the screen. The inbox has the rest. */
export function AttentionBand({ hidden }: { hidden: boolean }) {
  const { live, workspace } = useHere();
  const waiting = useView(({ agents }) => waitingIn(agents), sameWaiting);
  useEffect(() => announceWaiting(live, workspace.name), [live, workspace.name]);
  const first = waiting[0];
  return (
    <>
      <p className="unseen" role="status">
        {first && `${first.item.agent} needs you: ${first.item.title}`}
      </p>
      {first && !hidden && <Band first={first} more={waiting.length - 1} />}
    </>
  );
}

function Band({ first: { agent, item }, more }: { first: Waiting; more: number }) {
  const { live } = useHere();
  const moving = useMoving(item.id);
  return (
    <section className="attention-band" aria-label="Needs you" data-moving={moving || undefined}>
      <Suspense>
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
      </Suspense>
    </section>
  );
}
