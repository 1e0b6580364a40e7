import "./inbox.css";
import { useEffect, useMemo, useRef, useState } from "react";
import { showAgent } from "../agent/selected.ts";
import { waitsWith } from "../agent/standing.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { useCommands, type Command } from "../keys/command.ts";
import { useAct, useHere, useView } from "../live/here.tsx";
import { useRoute } from "../route/route.ts";
import { alertsAre, askForAlerts } from "./alerts.ts";
import { Handled } from "./handled.tsx";
import { Item } from "./item.tsx";
import { useMoving } from "./moving.ts";
import { snooze } from "./snooze.tsx";
import { Snoozed } from "./snoozed.tsx";
import { itemsOf, sameWaiting } from "./waiting.ts";

/** Everything only the person can resolve, oldest first, answered in place; then what they put aside, and what is over. */
export function Inbox() {
  const { live } = useHere();
  const act = useAct();
  const { item: wanted } = useRoute();
  const waiting = useView(({ agents }) => itemsOf(agents, waitsWith), sameWaiting);
  const aside = useView(
    ({ agents }) => itemsOf(agents, ({ attention }) => (attention?.snoozed ? attention : undefined)),
    sameWaiting,
  );
  const [handled, showHandled] = useState(false);
  const moving = useMoving(waiting.map(({ item }) => item.id).join());
  const room = useRef<HTMLDivElement>(null);
  const over = wanted !== undefined && ![...waiting, ...aside].some(({ item }) => item.id === wanted);
  // A notification leads to its item.
  useEffect(() => {
    if (wanted !== undefined) room.current?.querySelector<HTMLElement>(`#${CSS.escape(`item-${wanted}`)}`)?.focus();
  }, [wanted]);
  useCommands(
    useMemo<Command[]>(
      () => [
        {
          id: "item.snooze",
          title: "Put aside for 10 minutes",
          group: "Inbox",
          keys: "h",
          when: () => waiting.length > 0,
          run: () => {
            const at = document.activeElement?.closest("[id^=item-]")?.id;
            const one = waiting.find(({ item }) => `item-${item.id}` === at) ?? waiting[0];
            if (one) void snooze(act, one.item);
          },
        },
        {
          id: "item.handled",
          title: "Show or hide what was handled",
          group: "Inbox",
          keys: "e",
          run: () => showHandled((is) => !is),
        },
      ],
      [waiting, act],
    ),
  );
  return (
    <div ref={room} className="inbox scroll" tabIndex={-1}>
      {over && (
        <p className="inbox-over">
          <span>What was asked there is answered, or not asked any more.</span>
          {!handled && (
            <Button look="quiet" onClick={() => showHandled(true)}>
              Show what was handled
            </Button>
          )}
        </p>
      )}
      {waiting.length === 0 ? (
        <Empty title="Nothing needs you">
          Permissions and questions of your agents come here, and are answered here.
        </Empty>
      ) : (
        <ol aria-label="Needs you" data-moving={moving || undefined}>
          {waiting.map(({ agent, item }) => (
            <li key={item.id} id={`item-${item.id}`} tabIndex={-1}>
              <Item item={item} onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))} />
            </li>
          ))}
        </ol>
      )}
      <Snoozed items={aside} wanted={wanted} />
      <Handled open={handled} onToggle={showHandled} />
      <Alerts />
    </div>
  );
}

/** Offers notifications; the browser is asked only when the person says so. */
function Alerts() {
  const [are, setAre] = useState(alertsAre);
  if (are === "unsupported" || are === "granted") return null;
  return (
    <p className="inbox-alerts">
      {are === "denied" ? (
        "Notifications are blocked for this page; the number in the tab's title still tells."
      ) : (
        <>
          <span>Be told when something needs you while you are elsewhere.</span>
          <Button icon="bell" onClick={() => void askForAlerts().then(setAre)}>
            Turn on notifications
          </Button>
        </>
      )}
    </p>
  );
}
