import { waitingIn, type Waiting } from "./waiting.ts";
import type { Live } from "../live/store.ts";
import { goToRoom } from "../shell/places.ts";

/** Whether notifications can be had: `default` = nobody has been asked yet. */
export function alertsAre(): NotificationPermission | "unsupported" {
  return "Notification" in globalThis ? Notification.permission : "unsupported";
}

/** Asks the browser for notifications. Only ever from a person's own click. */
export async function askForAlerts(): Promise<NotificationPermission> {
  return Notification.requestPermission();
}

/**
 * Says outside the page what waits for the person: the number in the tab's title, always; a notification for each new
 * item, when the person wanted them and is not looking. Returns how to end it.
 */
export function announceWaiting(live: Live, workspace: string): () => void {
  let known: ReadonlySet<string> | undefined;
  let agents: unknown;
  const look = () => {
    const { view } = live.newest();
    if (!view || view.agents === agents) return;
    agents = view.agents;
    const waiting = waitingIn(view.agents);
    document.title = `${waiting.length > 0 ? `(${waiting.length}) ` : ""}${workspace} – Clustr`;
    // What waited before the page was opened is on the screen already.
    const fresh = known === undefined ? [] : waiting.filter(({ item }) => !known?.has(item.id));
    known = new Set(waiting.map(({ item }) => item.id));
    if (alertsAre() === "granted" && !document.hasFocus()) for (const one of fresh) notify(one);
  };
  look();
  return live.watch(look);
}

function notify({ item }: Waiting): void {
  try {
    const shown = new Notification(`${item.agent} needs you`, { body: item.title, tag: item.id });
    shown.addEventListener("click", () => {
      window.focus();
      goToRoom("inbox", { item: item.id });
      shown.close();
    });
  } catch {
    // Phones only show notifications of a service worker; there the number in the title has to do.
  }
}
