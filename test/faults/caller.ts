import { setTimeout as pause } from "node:timers/promises";
import { buildRequest } from "../../src/client/request.ts";
import { routes } from "../../src/client/routes.ts";
import type { Failure } from "../../src/contract/error.ts";
import type { OperationName } from "../../src/contract/operations.ts";
import type { Acknowledgements, Outcome } from "./acknowledgements.ts";

/** Where Clustr is right now. */
export interface Address {
  base: string;
  workspace: string;
}

export interface Answer {
  outcome: Outcome;
  /** The output; of a refusal, nothing. */
  value?: unknown;
  failure?: Failure;
}

/** How long one attempt may take, and how long a call is repeated before it is given up as never answered, ms. */
const ATTEMPT_MS = 10_000;
const GIVE_UP_MS = 45_000;
const PAUSE_MS = 50;

/**
 * Somebody who calls Clustr and remembers what it said. A call that broke off, or of which Clustr did not know itself, is
 * repeated under the same request id until the outcome is known.
 */
export class Caller {
  readonly name: string;
  /** Calls that were given up without any answer. */
  readonly unanswered: string[] = [];
  readonly #token: string;
  readonly #address: () => Address;
  readonly #memory: Acknowledgements;
  readonly #signal: AbortSignal;
  #count = 0;

  constructor(name: string, token: string, address: () => Address, memory: Acknowledgements, signal: AbortSignal) {
    this.name = name;
    this.#token = token;
    this.#address = address;
    this.#memory = memory;
    this.#signal = signal;
  }

  /** `abandon`: one that broke off is not asked again and stays unknown, as when its caller dies, too. */
  async call(
    operation: OperationName,
    input: Record<string, unknown>,
    { abandon = false }: { abandon?: boolean } = {},
  ): Promise<Answer> {
    const id = `${this.name}-${++this.#count}`;
    const began = performance.now();
    let broken = false;
    for (;;) {
      const answer = this.#signal.aborted ? "over" : await this.#attempt(operation, input, id);
      // What nobody waits for any more is not remembered: the memory may be closed by now.
      if (answer === "over" || this.#signal.aborted) return { outcome: "unknown" };
      broken ||= answer === "broken";
      const late = performance.now() - began > GIVE_UP_MS;
      if (answer !== "refused" && answer !== "broken") {
        const told = answer.value ?? answer.failure;
        await this.#remember({ id, operation, input, outcome: answer.outcome, answer: told, began, broken });
        return answer;
      }
      if (late) this.unanswered.push(`${operation} ${id}`);
      if (late || (broken && abandon)) {
        await this.#remember({ id, operation, input, outcome: "unknown", began, broken });
        return { outcome: "unknown" };
      }
      await pause(PAUSE_MS);
    }
  }

  #remember(call: Omit<Parameters<Acknowledgements["remember"]>[0], "caller" | "ended">): Promise<void> {
    return this.#memory.remember({ ...call, caller: this.name, ended: performance.now() });
  }

  /** `refused`: nobody was there to take it, so certainly nothing happened. `broken`: it may have. */
  async #attempt(operation: OperationName, input: object, id: string): Promise<Answer | "refused" | "broken"> {
    const { base, workspace } = this.#address();
    const request = buildRequest(routes[operation], input as Record<string, unknown>, workspace);
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}`, "idempotency-key": id };
    if (request.body !== undefined) headers["content-type"] = "application/json";
    const timeout = AbortSignal.timeout(ATTEMPT_MS);
    try {
      const response = await fetch(base + request.path, {
        ...{ method: request.method, headers, body: request.body ?? null, redirect: "error" as const },
        signal: AbortSignal.any([timeout, this.#signal]),
      });
      const body = (await response.json()) as unknown;
      if (response.ok) return { outcome: "ok", value: body };
      const failure = body as Failure;
      // It does not know itself, or is just starting or ending: asked again under the same id it will.
      if (failure.code === "unavailable" || failure.code === "internal" || failure.code === "not_found") {
        if (failure.code !== "not_found" || /no open workspace/.test(failure.message)) return "broken";
      }
      return { outcome: "refused", failure };
    } catch (error) {
      return wasRefused(error) ? "refused" : "broken";
    }
  }
}

function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "ECONNREFUSED";
}
