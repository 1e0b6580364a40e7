import type { Agent } from "../../contract/agent.ts";
import type { Fact } from "../../contract/event.ts";
import { append } from "../append.ts";
import { systemEntry } from "../entry.ts";
import type { ReactorParts } from "./reactor.ts";

/** An outside agent without a sign of life for this long is lost. */
const SILENCE_MS = 60_000;
const SWEEP_MS = 5_000;

/** Watches agents that were started elsewhere: their calls are their only sign of life. */
export interface Presence {
  /** The agent has just called. */
  sign(agent: string): void;
}

/** By the clock that never jumps: neither sleep nor a clock that is set makes agents lost. */
export function watchPresence({ ledger, live, ticks, newId, log }: ReactorParts, signal: AbortSignal): Presence {
  const seen = new Map<string, number>();
  let swept = ticks();

  const note = (agent: Agent, here: boolean): void => {
    const { id, run } = agent;
    const reason = `No sign of life for ${SILENCE_MS / 1000} s.`;
    const fact: Fact = {
      type: "agent.status",
      data: here
        ? { id, run, status: "running", sure: true, live: true }
        : { id, run, status: "done", outcome: "lost", reason, sure: true, live: false },
    };
    append(ledger, systemEntry(fact, `agent/${id}`, newId())).catch((error: unknown) =>
      log("The presence of an agent could not be recorded", { agent: agent.name, error: String(error) }),
    );
  };

  const sweep = setInterval(() => {
    const now = ticks();
    // After sleep or a stall everybody gets a whole interval to call again.
    const stalled = now - swept > SWEEP_MS * 3;
    swept = now;
    const { agents } = live.current();
    for (const id of seen.keys()) if (!agents[id]) seen.delete(id);
    for (const agent of Object.values(agents)) {
      if (!agent.external || !agent.live) continue;
      const last = seen.get(agent.id);
      if (last === undefined || stalled) seen.set(agent.id, now);
      else if (now - last > SILENCE_MS) note(agent, false);
    }
  }, SWEEP_MS);
  signal.addEventListener("abort", () => clearInterval(sweep), { once: true });

  return {
    sign(id) {
      const agent = live.current().agents[id];
      if (!agent?.external) return;
      seen.set(id, ticks());
      if (!agent.live) note(agent, true);
    },
  };
}
