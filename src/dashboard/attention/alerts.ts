import type { Live } from "../live/store.ts";
import { followWorker, notify, startWorker } from "./notify.ts";
import { waitingIn } from "./waiting.ts";

/** Whether notifications can be had: `default` = nobody has been asked yet. */
export function alertsAre(): NotificationPermission | "unsupported" {
  return "Notification" in globalThis ? Notification.permission : "unsupported";
}

/** Asks the browser for notifications. Only ever from a person's own click. */
export async function askForAlerts(): Promise<NotificationPermission> {
  const answer = await Notification.requestPermission();
  // The first notification shall not have to wait for it.
  if (answer === "granted") void startWorker().catch(() => undefined);
  return answer;
}

/**
 * Says outside the page what waits for the person: the number in the tab's title, always; a notification for each new
 * item, when the person wanted them and is not looking, until it waits no more. Returns how to end it.
 */
export function announceWaiting(live: Live, workspace: string): () => void {
  let known: ReadonlySet<string> | undefined;
  let agents: unknown;
  const shown = new Map<string, () => void>();
  const look = () => {
    const { view } = live.newest();
    if (!view || view.agents === agents) return;
    agents = view.agents;
    const waiting = waitingIn(view.agents);
    document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ""}${workspace} – Clustr`;
    // What waited before the page was opened is on the screen already.
    const fresh = known === undefined ? [] : waiting.filter(({ item }) => !known?.has(item.id));
    known = new Set(waiting.map(({ item }) => item.id));
    for (const [id, takeAway] of shown)
      if (!known.has(id)) {
        takeAway();
        shown.delete(id);
      }
    if (alertsAre() === "granted" && !document.hasFocus()) for (const one of fresh) shown.set(one.item.id, notify(one));
  };
  look();
  const ends = [live.watch(look), followWorker()];
  return () => ends.forEach((end) => end());
}
