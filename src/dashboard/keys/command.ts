import { useEffect } from "react";

/** Something that can be done. Keys, palette, the sheet of keys and tooltips are all computed from the registered ones. */
export interface Command {
  /** `noun.verb`, unique. */
  id: string;
  title: string;
  /** Its heading in the sheet of keys, e.g. `Go to`. Empty: it is not there, because another one speaks for it. */
  group: string;
  /**
   * `mod+k` (⌘ on a Mac, else Ctrl), `alt+1`, `shift+m`, `?`, or a sequence `g i`. Keys without mod, ctrl or alt work
   * only outside text fields. In a focused terminal none works but those of `inTerminal`.
   */
  keys?: string;
  /** Whether it makes sense now; asked when a key is pressed or the palette opens. */
  when?: () => boolean;
  /** Works in a focused terminal too. One command only: everything else a terminal gets belongs to its program. */
  inTerminal?: true;
  /** Not in the palette: makes sense only by key. */
  keysOnly?: true;
  /** Its keys cannot be chosen: it is one of a row. */
  fixed?: true;
  run: () => void;
}

/** Every command there is now, whether it makes sense or not. */
export const registered = new Set<Command>();
let adjust: ((command: Command) => void) | undefined;

/** Makes commands known until the function it returns is called. Of two with the same keys the later one wins. */
export function register(list: readonly Command[]): () => void {
  for (const command of list) {
    registered.add(command);
    adjust?.(command);
  }
  return () => {
    for (const command of list) registered.delete(command);
  };
}

/** Lets the person's keys take the place of the usual ones: `by` is given every command there is, and each that comes. */
export function adjustKeys(by: (command: Command) => void): void {
  adjust = by;
  registered.forEach(by);
}

/** All that make sense now, the latest first. */
export function commands(): Command[] {
  return [...registered].reverse().filter(({ when }) => when?.() ?? true);
}

/** The keys of a command, for a tooltip. */
export function keysOf(id: string): string | undefined {
  const { keys } = [...registered].find((command) => command.id === id) ?? {};
  return keys && printKeys(keys);
}

/** Registers commands for as long as a component is shown. Give it a list that is made once, or memoised. */
export function useCommands(list: readonly Command[]): void {
  useEffect(() => register(list), [list]);
}

export const onMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
const PRINTED: Record<string, string> = {
  mod: onMac ? "⌘" : "Ctrl",
  ctrl: onMac ? "⌃" : "Ctrl",
  alt: onMac ? "⌥" : "Alt",
  shift: onMac ? "⇧" : "Shift",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
};

/** Keys as a person reads them: `⌘K`, `Ctrl K`, `G then I`. */
export function printKeys(keys: string): string {
  return keys
    .split(" ")
    .map((chord) =>
      chord
        .split("+")
        .map((key) => PRINTED[key] ?? key.toUpperCase())
        .join(onMac ? "" : " "),
    )
    .join(" then ");
}
