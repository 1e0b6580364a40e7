import type { Agent } from "../../contract/agent.ts";
import type { Objection } from "../ports/service.ts";

/** How long a command waits for its turn before it is refused. Milliseconds: less than a tool waits for its hook. */
const WAIT_MS = 15_000;
const SHOWN = 80;

/** Where a workspace wants it so: one agent's shell commands at a time in a folder. */
export class ShellTurns {
  readonly #running = new Map<string, { agent: string; name: string; command: string }>();
  #changed = Promise.withResolvers<void>();

  /** Waits until no other agent's command runs, or says which one does. A call that is `over` by then gets no turn. */
  async enter(
    agent: Pick<Agent, "id" | "name">,
    call: string,
    command: string,
    over: AbortSignal,
  ): Promise<Objection | undefined> {
    const late = AbortSignal.timeout(WAIT_MS);
    const enough = AbortSignal.any([over, late]);
    const waited = new Promise<void>((resolve) => enough.addEventListener("abort", () => resolve(), { once: true }));
    for (;;) {
      if (over.aborted) return undefined;
      const other = [...this.#running.values()].find((one) => one.agent !== agent.id);
      if (!other) break;
      if (late.aborted)
        return {
          decision: "deny",
          reason:
            `Shell commands run one after the other in this folder, and ${other.name} still runs \`${other.command.slice(0, SHOWN)}\`. ` +
            "Nothing was run. Do something else first, then run it again.",
        };
      await Promise.race([this.#changed.promise, waited]);
    }
    this.#running.set(call, { agent: agent.id, name: agent.name, command });
    return undefined;
  }

  done(call: string): void {
    if (this.#running.delete(call)) this.#wake();
  }

  leave(agent: string): void {
    for (const [call, running] of this.#running) if (running.agent === agent) this.#running.delete(call);
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
