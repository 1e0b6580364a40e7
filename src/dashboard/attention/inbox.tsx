import "./inbox.css";
import { useEffect, useRef, useState } from "react";
import { showAgent } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { useHere, useView } from "../live/here.tsx";
import { useRoute } from "../route/route.ts";
import { alertsAre, askForAlerts } from "./alerts.ts";
import { Item } from "./item.tsx";
import { useMoving } from "./moving.ts";
import { sameWaiting, waitingIn } from "./waiting.ts";

/** Everything only the person can resolve, oldest first, answered in place. */
export function Inbox() {
  const { live } = useHere();
  const { item: wanted } = useRoute();
  const waiting = useView(({ agents }) => waitingIn(agents), sameWaiting);
  const moving = useMoving(waiting.map(({ item }) => item.id).join());
  const list = useRef<HTMLOListElement>(null);
  // A notification leads to its item.
  useEffect(() => {
    if (wanted !== undefined) list.current?.querySelector<HTMLElement>(`#${CSS.escape(`item-${wanted}`)}`)?.focus();
  }, [wanted]);
  return (
    <div className="inbox scroll" tabIndex={waiting.length > 0 ? -1 : undefined}>
      {waiting.length === 0 ? (
        <Empty title="Nothing needs you">
          Permissions and questions of your agents come here, and are answered here.
        </Empty>
      ) : (
        <ol ref={list} aria-label="Needs you" data-moving={moving || undefined}>
          {waiting.map(({ agent, item }) => (
            <li key={item.id} id={`item-${item.id}`} tabIndex={-1}>
              <Item item={item} onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))} />
            </li>
          ))}
        </ol>
      )}
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
