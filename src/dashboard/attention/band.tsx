import "./band.css";
import { lazy, Suspense } from "react";
import { showAgent } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { useHere, useView } from "../live/here.tsx";
import { goToRoom } from "../shell/places.ts";
import { useMoving } from "./moving.ts";
import { sameWaiting, waitingIn } from "./waiting.ts";

const Item = lazy(() => import("./item.tsx").then((module) => ({ default: module.Item })));

/** What has waited longest, above all else, whatever is on the screen. The inbox has the rest. */
export function AttentionBand({ hidden }: { hidden: boolean }) {
  const { live } = useHere();
  const waiting = useView(({ agents }) => waitingIn(agents), sameWaiting);
  const moving = useMoving(waiting[0]?.item.id ?? "");
  const first = waiting[0];
  if (!first || hidden) return null;
  const { agent, item } = first;
  return (
    <section className="attention-band" aria-label="Needs you" aria-live="polite">
      <div data-moving={moving || undefined}>
        <Suspense>
          <Item
            key={item.id}
            item={item}
            onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))}
          />
        </Suspense>
      </div>
      {waiting.length > 1 && (
        <Button look="quiet" onClick={() => goToRoom("inbox")}>
          {waiting.length - 1} more
        </Button>
      )}
    </section>
  );
}
