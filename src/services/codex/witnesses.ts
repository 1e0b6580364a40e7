import { setTimeout as sleep } from "node:timers/promises";
import { believe, WORDS, type Witness } from "../verdict.ts";
import type { AgentTerminal, Evidence, Signal } from "../../core/ports/service.ts";
import { saysOf, saysOfScreen, type Says } from "./title.ts";

/** Milliseconds after a new title until the screen is drawn that goes with it. */
const DRAWN_MS = 200;

type Said = { says: Says; since: number; detail?: string };
type Doubt = Extract<Signal, { type: "doubt" | "certain" }>;

/**
 * What each source says of the agent, and since when. The app-server tells every change and can be asked at any time, so
 * its word becomes the status at once; the others show whether it can be relied on.
 */
export class Witnesses {
  readonly #tell: (signal: Doubt) => void;
  #server: Said | undefined;
  #title: Said | undefined;
  #screen: Said | undefined;
  #timer: NodeJS.Timeout | undefined;
  #doubted = false;

  constructor(tell: (signal: Doubt) => void) {
    this.#tell = tell;
  }

  /** The app-server says so now; undefined while it cannot be asked. */
  server(says: Says | undefined): void {
    if (says === this.#server?.says) return;
    this.#server = says && { says, since: Date.now() };
    this.#weigh();
  }

  /** Follows what the person's terminal shows, until the signal aborts. */
  async watch(tui: AgentTerminal, signal: AbortSignal): Promise<void> {
    const look = async (): Promise<void> => {
      await sleep(DRAWN_MS, undefined, { signal });
      const { lines } = await tui.screen();
      this.screen(lines.map(({ text }) => text).join("\n"));
    };
    for await (const title of tui.titles(signal)) {
      // Not waited for: the next title may come first. A screen that cannot be read is not quoted.
      if (this.title(title)) look().catch(() => this.screen(""));
    }
  }

  /** Returns whether that says something new. */
  title(text: string): boolean {
    const says = saysOf(text);
    if (says === this.#title?.says) return false;
    this.#title = says && { says, since: Date.now(), detail: text };
    this.#weigh();
    return true;
  }

  /** What the screen showed when it was last looked at. */
  screen(text: string): void {
    const says = saysOfScreen(text);
    if (says !== this.#screen?.says) this.#screen = says && { says, since: Date.now() };
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** What each says, and since when. `turn`: the one that runs. */
  report(turn: string | undefined): Evidence[] {
    return believe(this.#all(turn), Date.now()).evidence;
  }

  #all(turn?: string): Witness[] {
    const { says, since = 0 } = this.#server ?? {};
    return [
      {
        ...{ source: "app-server", weight: "shown", since },
        ...(says ? { says: [says] } : { says: [], words: "not connected" }),
        detail: turn && `turn ${turn}`,
      },
      hint("title", this.#title),
      // It is looked at a moment after the title changes, and then no more: shown to people, but not weighed.
      { ...hint("screen", this.#screen), says: [] },
    ];
  }

  #weigh(): void {
    clearTimeout(this.#timer);
    const { sure, doubt = "", again } = believe(this.#all(), Date.now());
    if (again !== undefined) this.#timer = setTimeout(() => this.#weigh(), again);
    if (sure !== this.#doubted) return;
    this.#doubted = !sure;
    this.#tell(sure ? { type: "certain" } : { type: "doubt", why: doubt });
  }
}

/** What the terminal shows. A turn that failed leaves it as any other turn does. */
function hint(source: string, said: Said | undefined): Witness {
  if (said === undefined) return { source, weight: "hint", says: [], since: 0, words: "nothing known" };
  const { says, since, detail } = said;
  return {
    source,
    weight: "hint",
    says: says === "idle" ? ["idle", "failed"] : [says],
    since,
    detail,
    words: WORDS[says],
  };
}
