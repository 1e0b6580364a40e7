import type { Agent } from "../../contract/agent.ts";
import type { Fact } from "../../contract/event.ts";
import type { LiveView } from "../live-view.ts";
import { goneAgents } from "../past-agents.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { TerminalExit, TerminalHost, TerminalInfo } from "../ports/terminal.ts";
import { hasProcesses, isOfAgent, isOfRun, terminalId } from "../runs/terminals.ts";
import { lostFact } from "../status.ts";
import type { Turns } from "../turns.ts";

/** How long it waits before it asks a terminal host again that did not answer. */
const AGAIN_MS = 2_000;
/** How many agents that were removed, or let go of, are looked at for what a crash kept from being deleted. */
const GONE = 50;

/** What can be done with an agent whose server died. */
interface Steps {
  /** Whether somebody has started it since. */
  runs(id: string): boolean;
  begin(agent: Agent, adopted: boolean): Promise<void>;
  ended(id: string, run: number, exit: TerminalExit): Promise<void>;
  stop(agent: Agent): Promise<void>;
  remove(id: string): Promise<void>;
  /** Ends what runs of it beside the run with the own terminal `but`. */
  endTerminals(id: string, but?: string): Promise<void>;
  note(id: string, run: number, facts: (agent: Agent) => Fact[]): Promise<void>;
}

interface Parts {
  host: Pick<TerminalHost, "list">;
  ledger: Ledger;
  live: LiveView;
  turns: Turns;
}

/**
 * After a restart of the server: brings every agent in step with what the terminal host has. Resolves when those that
 * still run have been taken over, asking again for as long as the host does not answer.
 */
export function adoptAgents({ host, ledger, live, turns }: Parts, steps: Steps): Promise<void> {
  const adoptAll = async (): Promise<void> => {
    const terminals = await host.list();
    const adoptions = Object.values(live.current().agents).flatMap((agent) => {
      if (agent.external) return [];
      const own = terminals.filter(({ id }) => isOfAgent(id, agent.id));
      const done = turns.take(agent.id, () => goOn(agent, own));
      // Only these have hooks under way; what else has to be recorded may take as long as the disk is full.
      const over = !agent.live || agent.stopping || own.some(({ id, exit }) => exit && id === terminalId(agent));
      return over || own.every(({ exit }) => exit) ? [] : [done];
    });
    await Promise.all(adoptions);
    for (const id of await goneAgents(ledger, GONE)) {
      if (terminals.some((terminal) => isOfAgent(terminal.id, id))) void turns.take(id, () => steps.remove(id));
    }
  };

  /** Goes on with an agent where the crash left it; `own` are its terminals as they were then. */
  const goOn = async (agent: Agent, own: TerminalInfo[]): Promise<void> => {
    const { id, run } = agent;
    // Somebody may have stopped it or started it anew since.
    if (steps.runs(id) || live.current().agents[id]?.run !== run) return;
    if (agent.stopping) return steps.stop(agent);
    const name = terminalId(agent);
    const present = own.filter((each) => isOfRun(each.id, name));
    const exit = present.find((each) => each.id === name)?.exit;
    if (exit && agent.live) await steps.ended(id, run, exit);
    const over = !agent.live || exit !== undefined;
    if (own.some((each) => hasProcesses(each) && (over || !present.includes(each))))
      await steps.endTerminals(id, over ? undefined : name);
    if (over) return;
    if (present.some((each) => !each.exit)) return steps.begin(agent, true);
    if (agent.status === "spawning") return steps.begin(agent, false);
    const why = `Its process was gone when the server came back. \`clustr restart ${agent.name}\` runs its task again.`;
    return steps.note(id, run, (now) => (now.live ? [lostFact(now, why)] : []));
  };

  const attempt = (): Promise<void> =>
    turns.take("adopt", () =>
      adoptAll().catch((error: unknown) => {
        setTimeout(() => void attempt(), AGAIN_MS).unref();
        throw error;
      }),
    );
  return attempt();
}
