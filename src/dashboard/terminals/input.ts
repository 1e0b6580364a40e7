import type { Terminal } from "@xterm/xterm";
import { asOneLine, cleanPaste, isTooLong, linesEntered, PASTE_LIMIT } from "./paste.ts";
import type { ScreenState, Store } from "./state.ts";

/** What Shift+Enter sends: a new line in the input of every coding tool, where Enter alone sends it off. */
const NEW_LINE = "\u001b\r";
const FOCUS_REPORTS = ["\u001b[I", "\u001b[O"];

/** Keys of a phone's row. */
export type PhoneKey = "esc" | "tab" | "ctrl" | "up" | "down" | "enter";

export interface InputOptions {
  terminal: Terminal;
  state: Store<ScreenState>;
  /** Sends to the program; false when it cannot. */
  send(data: string | Uint8Array): boolean;
  onFind(): void;
  /** Files were pasted, e.g. a picture. */
  onFiles: ((files: File[]) => void) | undefined;
}

/** All that a person types, copies and pastes in one terminal. */
export class Input {
  readonly #options: InputOptions;
  #ctrl = false;
  #onCtrl: ((held: boolean) => void) | undefined;

  constructor(options: InputOptions) {
    this.#options = options;
    const { terminal } = options;
    terminal.onData((data) => this.#typed(data));
    terminal.onBinary((data) => void options.send(Uint8Array.from(data, (char) => char.charCodeAt(0))));
    terminal.attachCustomKeyEventHandler((event) => event.type !== "keydown" || this.#key(event));
  }

  /** Types one of the phone's keys. Ctrl is held until the next character. */
  press(key: PhoneKey): void {
    const arrow = this.#options.terminal.modes.applicationCursorKeysMode ? "\u001bO" : "\u001b[";
    const sent = { esc: "\u001b", tab: "\t", up: `${arrow}A`, down: `${arrow}B`, enter: "\r", ctrl: "" }[key];
    if (key === "ctrl") this.#hold(!this.#ctrl);
    else this.#typed(sent);
  }

  onCtrl(listener: (held: boolean) => void): void {
    this.#onCtrl = listener;
  }

  /** Takes a paste before xterm does: what is entered at once needs a yes, and what hides in it stays out. */
  readonly paste = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const files = [...(event.clipboardData?.files ?? [])];
    const text = cleanPaste(event.clipboardData?.getData("text/plain") ?? "");
    if (text) this.offer(text);
    else if (files.length > 0) this.#options.onFiles?.(files);
  };

  /** Pastes a text, or asks first. */
  offer(text: string): void {
    const { terminal, state } = this.#options;
    if (!this.#mayType()) return;
    if (isTooLong(text)) {
      state.set({
        trouble: `Nothing was pasted: that is more than ${PASTE_LIMIT / 1000} kB. Save it as a file and name it instead.`,
      });
      return;
    }
    const lines = linesEntered(text, terminal.modes.bracketedPasteMode);
    if (lines > 0) state.set({ paste: { text, lines } });
    else terminal.paste(text);
  }

  /** The person's answer about the text that waits. */
  settle(answer: "paste" | "one-line" | "cancel"): void {
    const { terminal, state } = this.#options;
    const { paste } = state.get();
    state.set({ paste: undefined });
    if (paste && answer !== "cancel" && this.#mayType())
      terminal.paste(answer === "paste" ? paste.text : asOneLine(paste.text));
    terminal.focus();
  }

  #typed(data: string): void {
    const { state, send } = this.#options;
    // Focus reports come without anybody typing: from a window that only looks on they would take the size.
    if (FOCUS_REPORTS.includes(data) && state.get().drives !== true) return;
    if (!this.#mayType()) return;
    send(this.#ctrl ? withCtrl(data) : data);
    if (this.#ctrl) this.#hold(false);
    state.set({ trouble: undefined });
  }

  #mayType(): boolean {
    const { reachable, exit } = this.#options.state.get();
    if (!reachable) this.#options.state.set({ knocked: true });
    return reachable && !exit;
  }

  #hold(held: boolean): void {
    this.#ctrl = held;
    this.#onCtrl?.(held);
  }

  /** What the page does with a key; false keeps it from the program. */
  #key(event: KeyboardEvent): boolean {
    const { terminal, onFind } = this.#options;
    const shift = event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey;
    if (event.ctrlKey && !event.altKey && !event.metaKey && event.code === "KeyC") {
      if (!shift && !terminal.hasSelection()) return true;
      return this.#take(event, () => this.#copy());
    }
    // The browser answers with a paste event, which is taken above.
    if (shift && event.code === "KeyV") return false;
    if (shift && event.code === "KeyF") return this.#take(event, onFind);
    if (event.key === "Enter" && event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey)
      return this.#take(event, () => this.#typed(NEW_LINE));
    const below = terminal.buffer.active.viewportY < terminal.buffer.active.baseY;
    if (event.key === "End" && (event.ctrlKey || event.metaKey) && below)
      return this.#take(event, () => terminal.scrollToBottom());
    return true;
  }

  #take(event: KeyboardEvent, act: () => void): false {
    event.preventDefault();
    event.stopPropagation();
    act();
    return false;
  }

  #copy(): void {
    const { terminal, state } = this.#options;
    if (!terminal.hasSelection()) return;
    const text = terminal.getSelection();
    // Pages that are not on this machine or not encrypted have no clipboard but that of the copy event.
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => terminal.clearSelection(),
      () =>
        document.execCommand("copy")
          ? terminal.clearSelection()
          : state.set({ trouble: "The browser did not let this page copy. Use its menu instead." }),
    );
  }
}

/** A character with Ctrl held: `c` becomes end of text. Anything longer is not a key and stays. */
function withCtrl(data: string): string {
  const code = data.toUpperCase().charCodeAt(0);
  return data.length === 1 && code >= 64 && code < 96 ? String.fromCharCode(code - 64) : data;
}
