import type { Doing } from "../verdict.ts";

/** What a source says an agent is doing: Codex shows no start. */
export type Says = Exclude<Doing, "starting">;

/** How the TUI is told to title its terminal; its own default names the folder and little else. */
export const TITLE = ["activity", "run-state", "project-name"];

/** What a title of the TUI says; undefined for what tells nothing (yet). */
export function saysOf(title: string): Says | undefined {
  if (/^\[ [!.] \] Action Required/.test(title)) return "waiting";
  if (/^[\u2800-\u28ff] /.test(title)) return "working";
  return title.startsWith("Ready") ? "idle" : undefined;
}

/** What the TUI's screen says; undefined where it shows none of what we know. A dialog counts before what is behind it. */
export function saysOfScreen(screen: string): Says | undefined {
  if (/enter to confirm or esc to cancel|enter to submit/i.test(screen)) return "waiting";
  if (screen.includes("esc to interrupt")) return "working";
  return /^› /m.test(screen) ? "idle" : undefined;
}
