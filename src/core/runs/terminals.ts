import type { RunParts } from "./agent-run.ts";
import type { TerminalInfo } from "./ports/terminal.ts";

type Parts = Pick<RunParts, "host" | "screens" | "files" | "sockets">;

/** Ends what still runs of an agent, in whichever of its runs, except in terminal `but` and beside it. */
export async function endTerminals(parts: Parts, agent: string, but?: string): Promise<void> {
  const spared = (id: string): boolean => but !== undefined && (id === but || id.startsWith(`${but}.`));
  const own = (await parts.host.list()).filter(({ id }) => id.startsWith(`${agent}.`) && !spared(id));
  const left = own.filter(hasProcesses);
  await Promise.all(left.map(({ id }) => parts.host.kill(id, 3_000)));
}

/** Whether anything of a terminal runs: its program, or what that left behind. */
export function hasProcesses({ exit, left }: TerminalInfo): boolean {
  return !exit || left === true;
}

/** The last words on a screen, for the reason of a failed start. */
export async function lastLines(parts: Parts, terminal: string): Promise<string> {
  const screen = await parts.screens.state(terminal).catch(() => undefined);
  const lines = screen?.lines.map(({ text }) => text.trim()).filter((line) => line !== "") ?? [];
  return lines.slice(-3).join(" / ").slice(-400);
}

/** Deletes what is kept of an agent's terminals, which have ended: journals, run files, sockets. */
export async function forgetTerminals(parts: Parts, agent: string): Promise<void> {
  for (const { id } of (await parts.host.list()).filter((each) => each.id.startsWith(`${agent}.`))) {
    parts.screens.release(id);
    await parts.host.forget(id).catch(() => undefined);
    await parts.files.remove(`terminals/${id}`);
    await parts.files.remove(`runs/${id}`);
    await parts.sockets.remove(id);
  }
}
