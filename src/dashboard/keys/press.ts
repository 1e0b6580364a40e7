import { prefer, preferences } from "../preferences/store.ts";
import { commands, onMac, type Command } from "./command.ts";

/** How long the first key of a sequence waits for the second. */
const SEQUENCE_MS = 900;

/** Whether keys without a modifier act. Somebody who dictates, or whose hand slips, can switch them off. */
export function lettersOn(): boolean {
  return preferences().letters ?? true;
}

export function switchLetters(on: boolean): void {
  prefer({ letters: on });
}

/** Keys that have another character where Shift or Alt is held: named by where they are. */
const CODES: Record<string, string> = {
  Period: ".",
  Comma: ",",
  Slash: "/",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Minus: "-",
};

/** The keys of an event as commands write them; Ctrl is `mod` wherever there is no ⌘. */
export function chordOf(event: KeyboardEvent): string {
  const mod = onMac ? event.metaKey : event.ctrlKey;
  const held = mod || event.altKey || event.ctrlKey;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const letter = /^Key(\w)$/.exec(event.code)?.[1]?.toLowerCase();
  const plain = event.key.toLowerCase();
  const key = held ? (digit ?? CODES[event.code] ?? (/^[a-z]$/.test(plain) ? plain : (letter ?? plain))) : plain;
  const parts: string[] = [];
  if (mod) parts.push("mod");
  if (event.ctrlKey && onMac) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  // In `?` the Shift is already there.
  if (event.shiftKey && (held || key.length > 1 || /[a-z]/.test(key))) parts.push("shift");
  return [...parts, key].join("+");
}

/** Listens for the keys of all commands until the signal aborts. */
export function listenForKeys(signal: AbortSignal): void {
  if (signal.aborted) return;
  let begun = "";
  let timer = 0;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || /^(Control|Shift|Alt|Meta)$/.test(event.key)) return;
    const chord = chordOf(event);
    const pressed = begun ? `${begun} ${chord}` : chord;
    clearTimeout(timer);
    begun = "";
    const possible = commands().filter((command) => command.keys && allowed(command, event.target));
    const means = (wanted: string) => possible.find(({ keys = "" }) => here(keys) === wanted);
    const command = means(pressed) ?? means(chord);
    if (command) {
      event.preventDefault();
      event.stopPropagation();
      command.run();
    } else if (possible.some(({ keys }) => keys?.startsWith(`${chord} `))) {
      event.preventDefault();
      begun = chord;
      timer = window.setTimeout(() => (begun = ""), SEQUENCE_MS);
    }
  };
  // Before anybody else: a terminal would take everything.
  addEventListener("keydown", onKeyDown, { capture: true, signal });
}

/** Keys as they are pressed on this machine. */
function here(keys: string): string {
  return onMac ? keys : keys.replace(/^ctrl\+/, "mod+");
}

function allowed({ keys = "", inTerminal }: Command, target: EventTarget | null): boolean {
  const at = target instanceof Element ? target : undefined;
  if (at?.closest(".xterm, [data-keys=terminal]")) return inTerminal === true;
  const modified = /^(mod|ctrl|alt)\+/.test(keys);
  if (document.querySelector("dialog[open], .menu")) return false;
  // Neither can be meant for what is being written.
  if (modified || /^(shift\+)?f\d+$/.test(keys)) return true;
  if (at?.closest("input, textarea, select, [contenteditable=true]")) return false;
  return lettersOn() || !/^(shift\+)?\S( \S)?$/.test(keys);
}
