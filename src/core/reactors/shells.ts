import { ClustrError, reasonOf } from "../../contract/error.ts";
import type { Event } from "../../contract/event.ts";
import type { Shell } from "../../contract/shell.ts";
import type { RunParts } from "../runs/parts.ts";
import { append } from "../append.ts";
import { systemEntry } from "../entry.ts";
import type { ReactorParts } from "./reactor.ts";

/** Size of a shell before anybody looks at it. */
const COLS = 120;
const ROWS = 40;
/** What a shell leaves running when it is closed gets so long to end by itself. */
const GRACE_MS = 1_000;

type Parts = ReactorParts & Pick<RunParts, "host" | "screens" | "files" | "env" | "umask" | "workspace">;

/** The terminals of a workspace's shells. */
export interface Shells {
  /** Resolves once the shell has its terminal; rejects with why it could not get one. */
  started(id: string): Promise<void>;
  /** Resolves once nothing of a closed shell runs any more. */
  ended(id: string): Promise<void>;
}

/** The terminal of a shell. Agents' terminals begin with their id, and no id is `shell`. */
export function shellTerminal(workspace: string, id: string): string {
  return `shell.${workspace}.${id}`;
}

/** Gives every shell in the ledger its terminal, takes it away when it is closed, and records those that end by themselves. */
export function followShells(parts: Parts, signal: AbortSignal): Shells {
  const { host, screens, files, ledger, live, newId, log } = parts;
  /** Of shells that are open, at most `SHELLS_LIMIT`, and of those that are being ended. */
  const starts = new Map<string, Promise<void>>();
  const ends = new Map<string, Promise<void>>();
  const terminalOf = (id: string): string => shellTerminal(parts.workspace, id);

  const start = async ({ id, cwd }: Pick<Shell, "id" | "cwd">): Promise<void> => {
    const terminal = terminalOf(id);
    const shell = parts.env["SHELL"];
    await host.ensure({
      id: terminal,
      command: shell?.startsWith("/") ? shell : "/bin/sh",
      args: ["-l"],
      // As the person's own terminal would have it: agents get more, shells nothing of ours.
      env: parts.env,
      cwd,
      cols: COLS,
      rows: ROWS,
      journal: await files.folder(`terminals/${terminal}`),
      umask: parts.umask,
    });
    watch(id);
  };

  /** The headless screen follows from the first byte on, since it answers the program's questions; the exit is recorded. */
  const watch = (id: string): void => {
    const terminal = terminalOf(id);
    screens.state(terminal).catch((error: unknown) => log("No screen for a shell", { terminal, error: String(error) }));
    host.exited(terminal, signal).then(
      () => close(id),
      () => signal.aborted || close(id, "Its terminal is gone."),
    );
  };

  const close = (id: string, why?: string): void => {
    if (!live.current().shells.some((each) => each.id === id)) return;
    append(ledger, systemEntry({ type: "shell.closed", data: { id, why } }, `shell/${id}`, newId())).catch(
      (error: unknown) =>
        signal.aborted || log("The end of a shell could not be recorded", { id, error: String(error) }),
    );
  };

  const end = async (terminal: string): Promise<void> => {
    screens.release(terminal);
    const known = await host.info(terminal);
    if (known && !known.exit) await host.kill(terminal, GRACE_MS);
  };

  /** Deletes what is kept of shells that have ended: not at once, whoever looks at one still wants to see its end. */
  const tidy = async (): Promise<void> => {
    const known = await host.list();
    const open = new Set(live.current().shells.map(({ id }) => terminalOf(id)));
    for (const { id, exit } of known) {
      if (!id.startsWith(terminalOf("")) || open.has(id)) continue;
      // Closed, but a crash came before its end.
      if (!exit) await end(id);
      else await host.forget(id).then(() => files.remove(`terminals/${id}`));
    }
  };

  const resume = async (): Promise<void> => {
    const { shells } = live.current();
    const running = new Set((await host.list()).flatMap(({ id, exit }) => (exit ? [] : [id])));
    for (const { id } of shells) {
      if (running.has(terminalOf(id))) watch(id);
      else close(id, "It ended while the server was away.");
    }
    await tidy();
  };

  const followed = (event: Event): void => {
    if (event.type === "shell.opened") {
      const { id } = event.data;
      const begun = start(event.data);
      starts.set(id, begun);
      begun.catch((error: unknown) => close(id, reasonOf(error)));
      tidy().catch((error: unknown) => log("Old shells could not be tidied away", { error: String(error) }));
    }
    if (event.type === "shell.closed") {
      const { id } = event.data;
      const begun = starts.get(id)?.catch(() => undefined) ?? Promise.resolve();
      starts.delete(id);
      const ending = begun.then(() => end(terminalOf(id)));
      ends.set(id, ending);
      ending
        .catch((error: unknown) => log("A shell could not be ended", { id, error: String(error) }))
        .finally(() => ends.delete(id));
    }
  };
  signal.addEventListener("abort", live.watch(followed), { once: true });
  resume().catch((error: unknown) => log("Shells could not be taken over", { error: String(error) }));

  return {
    started: async (id) => {
      try {
        await starts.get(id);
      } catch (error) {
        throw new ClustrError("unavailable", `The shell could not start: ${reasonOf(error)}`, { cause: error });
      }
    },
    ended: async (id) => ends.get(id),
  };
}
