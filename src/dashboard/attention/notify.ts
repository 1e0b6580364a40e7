import { goToRoom } from "../shell/places.ts";
import { hrefOf, route } from "../route/route.ts";
import type { Waiting } from "./waiting.ts";

/** Of public/: it must lie at the root, since its folder is how far it reaches. */
const WORKER = "/worker.js";

let last: Promise<unknown> = Promise.resolve();

/**
 * Chromium forgets a notification that is just being shown when it is asked which there are: one thing at a time. What
 * fails is left: the number in the title has to do.
 */
function inTurn(task: () => Promise<unknown>): void {
  last = last.then(task).catch(() => undefined);
}

/** Shows a notification that leads to its item. Returns how to take it away. */
export function notify({ item }: Waiting): () => void {
  const title = `${item.agent} needs you`;
  const options = { body: item.title, tag: item.id };
  try {
    const shown = new Notification(title, options);
    shown.addEventListener("click", () => {
      window.focus();
      goToRoom("inbox", { item: item.id });
      shown.close();
    });
    return () => shown.close();
  } catch {
    // Phones show only those of a worker.
    const data = { href: hrefOf({ workspace: route().workspace, room: "inbox", item: item.id }) };
    inTurn(async () => (await startWorker())?.showNotification(title, { ...options, data, icon: "/icon-192.png" }));
    return () => inTurn(() => takeAway(item.id));
  }
}

/** Starts what shows notifications on a phone. Undefined where there can be none, e.g. over plain HTTP to another machine. */
export async function startWorker(): Promise<ServiceWorkerRegistration | undefined> {
  if (!("serviceWorker" in navigator)) return undefined;
  const running = await navigator.serviceWorker.getRegistration();
  // It is looked for a newer one whenever the page is opened; a notification does not wait for that.
  if (running?.active) return running;
  await navigator.serviceWorker.register(WORKER, { updateViaCache: "none" });
  return navigator.serviceWorker.ready;
}

/** Goes where a notification of the worker leads. Returns how to end it. */
export function followWorker(): () => void {
  if (!("serviceWorker" in navigator)) return () => {};
  const show = ({ data }: MessageEvent<unknown>) => {
    const { type, href } = (data ?? {}) as { type?: unknown; href?: unknown };
    if (type !== "show" || typeof href !== "string") return;
    const { origin, searchParams } = new URL(href, location.origin);
    const item = searchParams.get("item");
    if (origin === location.origin && item !== null) goToRoom("inbox", { item });
  };
  navigator.serviceWorker.addEventListener("message", show);
  return () => navigator.serviceWorker.removeEventListener("message", show);
}

async function takeAway(tag: string): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const worker = await navigator.serviceWorker.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag })) ?? []) shown.close();
}
