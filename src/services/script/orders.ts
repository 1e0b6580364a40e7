import { randomUUID } from "node:crypto";
import { ClustrError } from "../../contract/error.ts";
import type { HookCall } from "../../core/ports/service.ts";
import { objectOf } from "../json.ts";
import { Line } from "./line.ts";
import type { Done, Order } from "./order.ts";

/** For how long the program may take to carry an order out. */
const CARRY_OUT_MS = 10_000;
/** Characters of a reason that are passed on. */
const PROBLEM = 500;

type Wish = Order extends infer O ? (O extends Order ? Omit<O, "id"> : never) : never;

/**
 * Gives orders to the program over a request it holds open. Each of its requests says what became of those before, so
 * an order counts only when it was confirmed, and one whose answer got lost on the way is given again.
 */
export class Orders {
  readonly #line = new Line<Order>();
  readonly #open = new Map<string, { order: Order; done(outcome: Done): void }>();
  readonly #closed: AbortSignal;

  constructor(closed: AbortSignal) {
    this.#closed = closed;
  }

  /** The program asks for its next orders. */
  async next({ body, signal }: HookCall): Promise<Order[]> {
    for (const outcome of doneOf(body)) {
      this.#open.get(outcome.id)?.done(outcome);
      this.#open.delete(outcome.id);
    }
    const waiting = [...this.#open.values()].map(({ order }) => order);
    return waiting.length > 0 ? waiting : this.#line.hold(signal, this.#closed);
  }

  /** @throws ClustrError `conflict` with the program's reason, `unavailable` when it does not confirm in time. */
  async carryOut(wish: Wish): Promise<void> {
    const order: Order = { ...wish, id: randomUUID() };
    const { problem } = await new Promise<Done>((resolve) => {
      const late = (): void => resolve({ id: "", problem: "" });
      const timer = setTimeout(late, CARRY_OUT_MS);
      this.#closed.addEventListener("abort", late, { once: true });
      const done = (outcome: Done): void => {
        clearTimeout(timer);
        this.#closed.removeEventListener("abort", late);
        resolve(outcome);
      };
      this.#open.set(order.id, { order, done });
      this.#line.give([order]);
    });
    this.#open.delete(order.id);
    if (problem === "") throw new ClustrError("unavailable", "the script has not confirmed it in time");
    if (problem !== undefined) throw new ClustrError("conflict", problem);
  }
}

/** What the program said of earlier orders, checked: it runs with the agent's token, like anything the agent starts. */
function doneOf(body: unknown): Done[] {
  const { did } = objectOf(body);
  return (Array.isArray(did) ? did : []).map(objectOf).map(({ id, problem }) => ({
    id: String(id),
    problem: typeof problem === "string" ? problem.slice(0, PROBLEM) || "it was refused" : undefined,
  }));
}
