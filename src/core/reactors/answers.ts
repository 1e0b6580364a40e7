import type { Agent } from "../../contract/agent.ts";
import type { Answer } from "../../contract/attention.ts";
import { ClustrError, hasCode } from "../../contract/error.ts";
import type { Fact } from "../../contract/event.ts";
import type { AgentRun } from "../runs/run.ts";
import type { LiveView } from "../live-view.ts";

interface Parts {
  live: LiveView;
  /** Records facts about an agent, if this run is still the present one. */
  note(id: string, run: number, facts: (agent: Agent) => Fact[]): Promise<void>;
  log(message: string, details?: Record<string, unknown>): void;
}

/** Carries out what a person answered, and records whether the tool took it: what has no effect leaves the item open. */
export interface Answers {
  /** Called as the answer is folded: `live` then shows what it was meant for. Never rejects. */
  carryOut(given: { agent: string; item: string; answer: Answer }): Promise<void>;
  /** An answer that was given but not carried out when the server died: the person is asked again. Never rejects. */
  reopen(agent: string): Promise<void>;
}

export function createAnswers({ live, note, log }: Parts, runs: ReadonlyMap<string, AgentRun>): Answers {
  /** Items whose answer this server is carrying out: given as early as while it still takes the agent over. */
  const underWay = new Set<string>();
  const leaveOpen = async (agent: string, item: string, error: unknown): Promise<void> => {
    const why = hasCode(error) ? error.message : "it could not be carried out";
    log("An answer had no effect", { agent, item, error: String(error) });
    await record(agent, item, { type: "attention.unanswered", data: { agent, item, why } });
  };
  const record = (agent: string, item: string, fact: Fact): Promise<void> =>
    // Whoever answered waits for this, also when the item has gone or a new run has begun.
    note(agent, live.current().agents[agent]?.run ?? 0, () => [fact]).catch((lost: unknown) =>
      log("What became of an answer could not be recorded", { agent, item, error: String(lost) }),
    );

  return {
    async carryOut({ agent, item, answer }) {
      const open = live.current().agents[agent]?.attention;
      const run = runs.get(agent);
      // Another item may have taken its place at that very moment: the answer was not meant for that one.
      const key = open?.id === item ? open.key : undefined;
      underWay.add(item);
      try {
        if (!run) throw new ClustrError("conflict", "the agent is not there any more");
        if (key === undefined) throw new ClustrError("conflict", "it was not open any more");
        await run.answer(key, answer);
      } catch (error) {
        return await leaveOpen(agent, item, error);
      } finally {
        underWay.delete(item);
      }
      await record(agent, item, { type: "attention.taken", data: { agent, item } });
    },
    async reopen(agent) {
      const item = live.current().agents[agent]?.attention;
      if (!item?.answered || underWay.has(item.id)) return;
      await leaveOpen(agent, item.id, new ClustrError("conflict", "the server restarted before it was carried out"));
    },
  };
}
