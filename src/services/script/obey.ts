import { setTimeout as sleep } from "node:timers/promises";
import type { Door } from "./door.ts";
import type { Done, Order } from "./order.ts";

/** The server holds the line for less than this. */
const LINE_MS = 60_000;

/** Carries out orders as they come until the signal aborts. `act` resolves with why an order had no effect, if so. */
export async function obey(
  door: Door,
  act: (order: Order) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let did: Done[] = [];
  while (!signal.aborted) {
    try {
      const { orders } = await door.hook("next-order", { did }, LINE_MS);
      did = [];
      for (const order of Array.isArray(orders) ? (orders as Order[]) : [])
        did.push({ id: order.id, problem: await act(order) });
    } catch {
      // The line broke. What was not confirmed is said, or given, again.
      await sleep(500, undefined, { signal }).catch(() => undefined);
    }
  }
}
