import type { Agent } from "../../contract/agent.ts";
import type { TerminalInfo } from "../ports/terminal.ts";
import type { RunParts } from "./parts.ts";

/** How long what is left of an agent gets to end by itself. */
const GRACE_MS = 3_000;
/** How much of a screen is quoted: its last lines, and characters of them. */
const QUOTED = { lines: 3, characters: 400 };

type Parts = Pick<RunParts, "host" | "screens" | "files" | "sockets">;

/** The own terminal of a run: `<agent>.<run>`. No id holds a dot. */
export function terminalId({ id, run }: Pick<Agent, "id" | "run">): string {
  return `${id}.${run}`;
}

/** The terminal of a side process, beside the own one of the run. */
export function sideTerminalId(own: string, side: string): string {
  return `${own}.${side}`;
}

/** Whether a terminal is the own one of a run, or beside it. */
export function isOfRun(terminal: string, own: string): boolean {
  return terminal === own || terminal.startsWith(`${own}.`);
}

/** Whether a terminal is an agent's, in whichever of its runs. */
export function isOfAgent(terminal: string, agent: string): boolean {
  return terminal.startsWith(`${agent}.`);
}

/** Ends what still runs of an agent, in whichever of its runs, except in the run with the own terminal `but`. */
export async function endTerminals(parts: Parts, agent: string, but?: string): Promise<void> {
  const left = (await parts.host.list()).filter(
    (each) => hasProcesses(each) && isOfAgent(each.id, agent) && (but === undefined || !isOfRun(each.id, but)),
  );
  await Promise.all(left.map(({ id }) => parts.host.kill(id, GRACE_MS)));
}

/** Whether anything of a terminal runs: its program, or what that left behind. */
export function hasProcesses({ exit, left }: TerminalInfo): boolean {
  return !exit || left === true;
}

/** The last words on a screen, for the reason of a failed start. */
export async function lastLines(parts: Parts, terminal: string): Promise<string> {
  const screen = await parts.screens.state(terminal).catch(() => undefined);
  const lines = screen?.lines.map(({ text }) => text.trim()).filter((line) => line !== "") ?? [];
  return lines.slice(-QUOTED.lines).join(" / ").slice(-QUOTED.characters);
}

/** Deletes what is kept of an agent's terminals, which have ended: journals, run files, sockets. */
export async function forgetTerminals(parts: Parts, agent: string): Promise<void> {
  for (const { id } of (await parts.host.list()).filter((each) => isOfAgent(each.id, agent))) {
    parts.screens.release(id);
    // The host may have died since: then it knows nothing of the terminal any more, and the files are all that is left.
    await parts.host.forget(id).catch(() => undefined);
    await parts.files.remove(`terminals/${id}`);
    await parts.files.remove(`runs/${id}`);
    await parts.sockets.remove(id);
  }
}
