import type { Evidence, Signal } from "../../core/ports/service.ts";

/** What a source says an agent is doing. */
export type Says = "working" | "idle" | "waiting";

/** How the TUI is told to title its terminal; its own default names the folder and little else. */
export const TITLE = ["activity", "run-state", "project-name"];
/** How long two sources may differ: each hears of a change at its own time. */
const PATIENCE_MS = 1_000;

const WORDS: Record<Says, string> = { working: "working", idle: "idle", waiting: "waiting for an answer" };

/** What a title of the TUI says; undefined for what tells nothing (yet). */
export function saysOf(title: string): Says | undefined {
  if (/^\[ [!.] \] Action Required/.test(title)) return "waiting";
  if (/^[\u2800-\u28ff] /.test(title)) return "working";
  return title.startsWith("Ready") ? "idle" : undefined;
}

type Doubt = Extract<Signal, { type: "doubt" | "certain" }>;

/** What the TUI's screen says; undefined where it shows none of what we know. A dialog counts before what is behind it. */
export function saysOfScreen(screen: string): Says | undefined {
  if (/enter to confirm or esc to cancel|enter to submit/i.test(screen)) return "waiting";
  if (screen.includes("esc to interrupt")) return "working";
  return /^› /m.test(screen) ? "idle" : undefined;
}

/** Compares what the app-server says with the TUI's title, and remembers since when each says so. */
export class Witnesses {
  readonly #tell: (signal: Doubt) => void;
  #server: { says: Says; at: number } | undefined;
  #title: { says: Says; at: number; text: string } | undefined;
  #screen: { says: Says; at: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #doubted = false;

  constructor(tell: (signal: Doubt) => void) {
    this.#tell = tell;
  }

  /** The app-server says so now; undefined while it cannot be asked. */
  server(says: Says | undefined): void {
    if (says === this.#server?.says) return;
    this.#server = says && { says, at: Date.now() };
    this.#compare();
  }

  /** Returns whether that says something new. */
  title(text: string): boolean {
    const says = saysOf(text);
    if (says === this.#title?.says) return false;
    this.#title = says && { says, at: Date.now(), text };
    this.#compare();
    return true;
  }

  /** What the screen showed when it was last looked at. It is told, but not compared: it changes after the title does. */
  screen(text: string): void {
    const says = saysOfScreen(text);
    if (says !== this.#screen?.says) this.#screen = says && { says, at: Date.now() };
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** What each says, and since when. */
  report(turn: string | undefined): Evidence[] {
    const server = this.#server;
    const title = this.#title;
    return [
      {
        source: "app-server",
        says: server ? WORDS[server.says] : "not connected",
        ...(server ? { at: server.at } : {}),
        ...(turn === undefined ? {} : { detail: `turn ${turn}` }),
      },
      {
        source: "title",
        says: title ? WORDS[title.says] : "nothing known",
        ...(title ? { at: title.at, detail: title.text } : {}),
      },
      {
        source: "screen",
        says: this.#screen ? WORDS[this.#screen.says] : "nothing known",
        ...(this.#screen ? { at: this.#screen.at } : {}),
      },
    ];
  }

  #compare(): void {
    clearTimeout(this.#timer);
    const differ = this.#server && this.#title && this.#server.says !== this.#title.says;
    if (differ) {
      this.#timer = setTimeout(() => this.#doubt(), PATIENCE_MS);
      return;
    }
    if (this.#doubted) this.#tell({ type: "certain" });
    this.#doubted = false;
  }

  #doubt(): void {
    if (!this.#server || !this.#title) return;
    this.#doubted = true;
    const [server, title] = [WORDS[this.#server.says], WORDS[this.#title.says]];
    this.#tell({ type: "doubt", why: `Codex's server says ${server}, its terminal ${title}` });
  }
}
