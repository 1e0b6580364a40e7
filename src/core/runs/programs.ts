import { ClustrError } from "../../contract/error.ts";
import type { AgentTerminal, ProgramSpec } from "../ports/service.ts";
import type { RunParts } from "./parts.ts";
import { isOfRun } from "./terminals.ts";

/** Size of a terminal before anybody looks at it. */
const COLS = 120;
const ROWS = 40;
/** How long programs get to end by themselves. */
const GRACE_MS = 3_000;

/** The programs of one run, each in a terminal of its own. */
export interface Programs {
  /**
   * Starts a program in the terminal of this id, or takes it over when it runs there already. `env` is the whole
   * environment but for the program's own changes. Rejects with `conflict` after `noMore`.
   */
  start(id: string, program: ProgramSpec, env: Record<string, string>): Promise<AgentTerminal>;
  /** From now on nothing is started. */
  noMore(): void;
  /** Ends them all, also those whose start is under way. Names what survived. */
  end(): Promise<number[]>;
}

/** `own`: the run's own terminal. */
export function createPrograms(parts: RunParts, agent: { name: string; cwd: string }, own: string): Programs {
  /** Every terminal this run is known to have; a host that died may have left their programs behind. */
  const started = new Set<string>();
  /** A service that is still opening may ask for one more at any moment: `end` must outlast them all. */
  const starting = new Set<Promise<AgentTerminal>>();
  let over = false;

  const launch = async (id: string, program: ProgramSpec, env: Record<string, string>): Promise<AgentTerminal> => {
    const journal = await parts.files.folder(`terminals/${id}`);
    if (over) throw new ClustrError("conflict", `${agent.name} is being stopped; nothing more is started for it.`);
    started.add(id);
    const { command, args } = program;
    const { umask, host } = parts;
    await host.ensure({
      id,
      command,
      args,
      env: withChanges(env, program.env),
      cwd: agent.cwd,
      cols: COLS,
      rows: ROWS,
      journal,
      umask,
    });
    return terminalOf(parts, id);
  };

  return {
    start(id, program, env) {
      const begun = launch(id, program, env);
      starting.add(begun);
      void begun.catch(() => undefined).finally(() => starting.delete(begun));
      return begun;
    },
    noMore: () => void (over = true),
    async end() {
      await Promise.allSettled(starting);
      // A host that cannot say what it has may still have what was started here.
      const had = (await parts.host.list().catch(() => [])).filter(({ id }) => isOfRun(id, own));
      const terminals = new Set([...started, ...had.map(({ id }) => id)]);
      if (had.some(({ left }) => left)) parts.log("Ending what an agent left running", { agent: agent.name });
      for (const id of terminals) parts.screens.release(id);
      const killed = await Promise.allSettled([...terminals].map((id) => parts.host.kill(id, GRACE_MS)));
      return killed.flatMap((result) => (result.status === "fulfilled" ? result.value.survivors : []));
    },
  };
}

/** An environment with some variables set, or taken away where they are undefined. */
export function withChanges(
  env: Record<string, string>,
  changes: Record<string, string | undefined>,
): Record<string, string> {
  const next = { ...env };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return next;
}

function terminalOf({ host, screens, log }: RunParts, id: string): AgentTerminal {
  // From its first byte on, the headless screen must follow: it answers the program's questions to its terminal.
  screens.state(id).catch((error: unknown) => log("No screen for a terminal", { terminal: id, error: String(error) }));
  const encoder = new TextEncoder();
  return {
    write: (text) => host.write(id, encoder.encode(text)),
    screen: () => screens.state(id),
    titles: (signal) => screens.titles(id, signal),
    exited: (signal) => host.exited(id, signal),
  };
}
