import { showAgent } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { Time } from "../controls/time.tsx";
import { useAct, useHere, useOnline } from "../live/here.tsx";
import { Item } from "./item.tsx";
import { wake } from "./snooze.tsx";
import type { Waiting } from "./waiting.ts";

/** What was put aside, folded: it counts nowhere, but can be answered all the same. `wanted` unfolds it. */
export function Snoozed({ items, wanted }: { items: Waiting[]; wanted: string | undefined }) {
  const { live } = useHere();
  const act = useAct();
  const online = useOnline();
  if (items.length === 0) return null;
  return (
    <details className="inbox-fold" open={items.some(({ item }) => item.id === wanted) || undefined}>
      <summary>Put aside {items.length}</summary>
      <ol aria-label="Put aside">
        {items.map(({ agent, item }) => (
          <li key={item.id} id={`item-${item.id}`} tabIndex={-1}>
            <p className="inbox-until">
              <span>
                {item.snoozed === "news" ? "Until something new of its agent" : <>Until {timeOf(item.snoozed)}</>}
              </span>
              <Button disabled={!online} onClick={() => void wake(act, item.id)}>
                Bring back
              </Button>
            </p>
            <Item
              item={item}
              snooze={false}
              onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))}
            />
          </li>
        ))}
      </ol>
    </details>
  );
}

function timeOf(at: string | undefined) {
  return at === undefined ? "" : <Time at={at} />;
}
