import type { Fact } from "../../contract/event.ts";
import { REGISTRY } from "../agents.ts";
import { decide } from "../append.ts";
import { surplusOf } from "../forgetting.ts";
import type { ReactorParts } from "./reactor.ts";

/**
 * Has agents leave the view whose time is over, so that it does not grow with all that ever ran. Their records stay in the
 * ledger, where `core/past-agents.ts` finds them. What could not be recorded is tried again at the next end of an agent.
 */
export function forgetAgents({ ledger, live, log }: ReactorParts, signal: AbortSignal): void {
  let busy = false;
  let again = false;
  const forget = async (): Promise<void> => {
    for (const { id, run } of surplusOf(live.current())) {
      const base = { id: `forget/${id}/${run}`, actor: { kind: "system" as const }, subject: REGISTRY };
      await decide<Fact>(ledger, live.reached, base, () => {
        const agent = live.current().agents[id];
        if (signal.aborted || !agent || agent.live || agent.run !== run)
          throw new Error("somebody started it again, or removed it");
        return { type: "agent.forgotten", data: { agent } };
      }).catch((error: unknown) => !signal.aborted && log("An agent was not let go of", { id, error: String(error) }));
    }
  };
  const look = (): void => {
    again = busy;
    if (busy || signal.aborted) return;
    busy = true;
    void forget().finally(() => {
      busy = false;
      if (again) look();
    });
  };
  live.watch((event) => event.type === "agent.status" && !event.data.live && look());
  look();
}
