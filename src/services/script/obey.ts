import type { Door } from "./door.ts";
import { listen } from "./listen.ts";
import type { Done, Order } from "./order.ts";

/** Carries out orders as they come until the signal aborts. `act` resolves with why an order had no effect, if so. */
export async function obey(
  door: Door,
  act: (order: Order) => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<void> {
  let did: Done[] = [];
  await listen(async (timeoutMs) => {
    const { orders } = await door.hook("next-order", { did }, timeoutMs);
    did = [];
    for (const order of Array.isArray(orders) ? (orders as Order[]) : [])
      did.push({ id: order.id, problem: await act(order) });
  }, signal);
}
