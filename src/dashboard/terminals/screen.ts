import type { FitAddon } from "@xterm/addon-fit";
import type { Terminal } from "@xterm/xterm";
import type { TerminalChannel, Viewer } from "../../client/channel.ts";
import type { Stream } from "../../client/stream.ts";
import type { Failure } from "../../contract/error.ts";
import { Background } from "./background.ts";
import { followTheme } from "./colours.ts";
import { followScroll } from "./follow-scroll.ts";
import { Input } from "./input.ts";
import { linkProvider } from "./link-provider.ts";
import { webAddress, type FoundLink } from "./links.ts";
import { loadFont, loadXterm } from "./load.ts";
import { terminalOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { Renderer, type Drawing } from "./renderer.ts";
import { muteReplies } from "./replies.ts";
import { calmScrollbar } from "./scrollbar.ts";
import { AT_FIRST, Store, type ScreenState } from "./state.ts";

/** Synchronised output: between the two nothing is drawn, for a second at most. */
const HOLD = "\x1b[?2026h";
const RELEASE = new TextEncoder().encode("\x1b[?2026l");

/** What the terminals of this page share. */
const background = new Background();

/** A window that is being dragged must not resize the program at every pixel. */
const RESIZE_MS = 120;

interface Size {
  cols: number;
  rows: number;
}

export interface ScreenOptions {
  stream: Stream;
  agent: string;
  /** The element it fills. */
  box: HTMLElement;
  /** The accessible name of its input. */
  label: string;
  fontSize: number;
  drawing: Drawing;
  screenReader: boolean;
  /** Looks on, and takes neither keys nor the size until `unlock`: on a phone a finger slips easily. */
  locked: boolean;
  onFind(): void;
  onPath: ((place: { path: string; line?: number; column?: number }) => void) | undefined;
  onFiles: ((files: File[]) => void) | undefined;
  signal: AbortSignal;
}

/** Opens a live terminal in an element: resolves once it is attached. Ends when the signal aborts. */
export async function openScreen(options: ScreenOptions): Promise<LiveScreen | undefined> {
  const [xterm] = await Promise.all([loadXterm(), loadFont(options.fontSize)]);
  return options.signal.aborted ? undefined : new LiveScreen(xterm, options);
}

/** A live terminal: what the program prints, drawn by xterm, and what the person types. */
export class LiveScreen implements Viewer {
  readonly state = new Store<ScreenState>(AT_FIRST);
  readonly terminal: Terminal;
  readonly input: Input;
  readonly #options: ScreenOptions;
  readonly #fit: FitAddon;
  readonly #pace: Pace;
  readonly #renderer: Renderer;
  readonly #channel: TerminalChannel;
  #locked: boolean;
  #asked: Size | undefined;
  #front = false;

  constructor(xterm: Awaited<ReturnType<typeof loadXterm>>, options: ScreenOptions) {
    this.#options = options;
    this.#locked = options.locked;
    const { box, signal, stream } = options;
    const { label, ...settings } = terminalOptions(options.fontSize, options.label);
    const terminal = new xterm.Terminal({
      ...settings,
      screenReaderMode: options.screenReader,
      linkHandler: {
        activate: (event, url) => this.#open({ from: 0, to: 0, url }, event),
        hover: (_event, url) => this.state.set({ target: url }),
        leave: () => this.state.set({ target: undefined }),
      },
    });
    this.terminal = terminal;
    this.#fit = new xterm.FitAddon();
    terminal.loadAddon(this.#fit);
    const unfollow = followTheme(terminal);
    terminal.open(box);
    calmScrollbar(terminal, signal);
    terminal.textarea?.setAttribute("aria-label", label);
    muteReplies(terminal);
    terminal.registerLinkProvider(
      linkProvider(terminal, {
        open: (link, event) => this.#open(link, event),
        hover: (link) => this.state.set({ target: link && ("url" in link ? link.url : placeText(link)) }),
      }),
    );
    followScroll(terminal, (below) => this.state.set({ below }));
    this.#pace = new Pace((bytes, parsed) => terminal.write(bytes, parsed), background);
    this.#renderer = new Renderer(terminal, options.drawing);
    this.#asked = this.#locked ? undefined : this.#room();
    this.#channel = stream.attach(options.agent, this, this.#asked);
    const { state } = this;
    const send = (data: string | Uint8Array) => this.#send(data);
    this.input = new Input({ terminal, state, send, onFind: options.onFind, onFiles: options.onFiles });
    this.#setLocked();
    box.addEventListener("paste", this.input.paste, { capture: true, signal });
    const stopFitting = this.#followSize(box);
    signal.addEventListener("abort", () => {
      stopFitting();
      unfollow();
      this.#pace.stop();
      this.#channel.detach();
      terminal.dispose();
    });
  }

  /** Shown or not: nothing is sent for a terminal nobody sees. */
  setVisible(yes: boolean): void {
    if (yes) this.#channel.resume();
    else this.#channel.pause();
    this.#renderer.want(yes);
  }

  /** In front: the one a person works with. The others are drawn less often while they print without end. */
  setFront(yes: boolean): void {
    this.#front = yes;
    this.#pace.background = !yes;
  }

  /** Makes the terminal fit this window, whoever gave it its size. */
  takeSize(): void {
    this.#ask(this.#room(), true);
  }

  unlock(): void {
    this.#locked = false;
    this.#setLocked();
    this.#ask(this.#room(), false);
    this.terminal.focus();
  }

  lock(): void {
    this.#locked = true;
    this.#setLocked();
    this.terminal.blur();
  }

  // What the channel tells. Everything passes through the terminal's own queue, since xterm parses a little later.

  screen({ cols, rows, bytes }: { cols: number; rows: number; bytes: Uint8Array }, drawn: () => void): void {
    const { terminal, state } = this;
    const again = state.get().phase === "live" && !state.get().exit;
    this.#afterOutput(() => {
      terminal.reset();
      this.#setSize(cols, rows);
    });
    const shown = () => {
      const phase = bytes.length === 0 ? "waiting" : "live";
      state.set({ phase, skipped: again, exit: undefined, refusal: undefined });
      drawn();
    };
    if (!again) return terminal.write(bytes, shown);
    // In the background it is parsed in slices; what was there stays on the screen until the new one is whole.
    terminal.write(HOLD);
    this.#pace.push(bytes, shown);
    this.#pace.push(RELEASE, () => {});
  }

  output(bytes: Uint8Array, drawn: () => void): void {
    if (this.state.get().phase !== "live") this.state.set({ phase: "live", refusal: undefined });
    this.#pace.push(bytes, () => {
      drawn();
      // xterm draws in the next frame, and has asked for it by now.
      if (this.#front) requestAnimationFrame(() => background.answered());
    });
  }

  resized(cols: number, rows: number): void {
    this.#afterOutput(() => this.#setSize(cols, rows));
  }

  drives(you: boolean): void {
    this.state.set({ drives: you });
  }

  reachable(yes: boolean): void {
    this.state.set({ reachable: yes, knocked: false });
  }

  exit(code: number | null, signal: number | null, at: string): void {
    this.#afterOutput(() => this.state.set({ exit: { code, signal, at }, phase: "live" }));
  }

  refused(failure: Failure, over: boolean): void {
    this.state.set(over ? { refusal: failure, phase: "refused" } : { trouble: failure.message });
  }

  /** Tells the server how much room there is, and whether the terminal is to have that size. */
  #ask(room: Size | undefined, take: boolean): void {
    if (!room) return;
    this.#asked = room;
    this.#channel.resize(room.cols, room.rows, take);
    this.#show();
  }

  #setSize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    this.state.set({ cols, rows });
    this.#show();
  }

  /** A terminal made for a larger window is moved about in this one, not cut off. */
  #show(): void {
    const { cols, rows } = this.terminal;
    this.state.set({ fits: !this.#asked || (this.#asked.cols === cols && this.#asked.rows === rows) });
    requestAnimationFrame(() => {
      const { element } = this.terminal;
      const screen = element?.querySelector<HTMLElement>(".xterm-screen");
      if (!element || !screen) return;
      const { clientWidth, clientHeight } = this.#options.box;
      element.style.width = screen.offsetWidth > clientWidth ? `${screen.offsetWidth}px` : "";
      element.style.height = screen.offsetHeight > clientHeight ? `${screen.offsetHeight}px` : "";
    });
  }

  /** Does something when all that came before has been parsed; not any more when the terminal is gone by then. */
  #afterOutput(act: () => void): void {
    this.#pace.flush();
    this.terminal.write("", () => this.#options.signal.aborted || act());
  }

  #send(data: string | Uint8Array): boolean {
    if (this.#locked) return false;
    const sent = this.#channel.write(data);
    if (sent) background.pressed();
    else this.state.set({ knocked: true });
    return sent;
  }

  #setLocked(): void {
    const { textarea, options } = this.terminal;
    options.disableStdin = this.#locked;
    if (textarea) textarea.disabled = this.#locked;
  }

  /** How many columns and rows there is room for; undefined for an element that is not shown. */
  #room(): Size | undefined {
    const { box } = this.#options;
    if (box.clientWidth < 40 || box.clientHeight < 20) return undefined;
    const { cols, rows } = this.#fit.proposeDimensions() ?? {};
    return cols && rows ? { cols: Math.max(cols, 2), rows: Math.max(rows, 1) } : undefined;
  }

  #followSize(box: HTMLElement): () => void {
    let timer = 0;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        const room = this.#locked ? undefined : this.#room();
        // The program keeps the size it has while nobody can see it.
        if (!room || (room.cols === this.#asked?.cols && room.rows === this.#asked.rows)) return;
        // What has ended cannot be told a size any more: only what it left behind is laid out anew.
        if (this.state.get().exit) this.#setSize(room.cols, room.rows);
        else this.#ask(room, false);
      }, RESIZE_MS);
    });
    observer.observe(box);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }

  /** Follows a link when Ctrl, ⌘ or a finger asked for it: a plain click into a terminal is for the program. */
  #open(link: FoundLink, event: MouseEvent): void {
    const touched = event instanceof PointerEvent && event.pointerType === "touch";
    if (!event.ctrlKey && !event.metaKey && !touched) return;
    if (!("url" in link)) {
      const { from: _from, to: _to, ...place } = link;
      return this.#options.onPath?.(place);
    }
    const address = webAddress(link.url);
    if (address) window.open(address, "_blank", "noopener,noreferrer");
    else this.state.set({ trouble: `Only web addresses are opened, not ${link.url.slice(0, 60)}` });
  }
}

function placeText({ path, line, column }: { path: string; line?: number; column?: number }): string {
  return [path, line, column].filter((part) => part !== undefined).join(":");
}
