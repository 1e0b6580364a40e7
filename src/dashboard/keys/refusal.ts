/** Chords that never reach a page, or that take from the person what every page has; each with whose they are. */
const TAKEN: [RegExp, string][] = [
  [/^mod\+(shift\+)?[ntw]$/, "The browser opens and closes windows and tabs with it."],
  [/^mod\+(shift\+)?([0-9]|tab|pageup|pagedown)$/, "The browser changes tabs with it."],
  [/^(mod\+(shift\+)?[lr]|f5|mod\+f5)$/, "The browser's address and reload have it."],
  [/^(mod\+(shift\+)?[psdfgjhoqe]|mod\+shift\+[bik]|f1|f3|f11|f12|mod\+u)$/, "The browser has it."],
  [/^mod\+(shift\+)?[acvxzy]$/, "It copies, pastes or undoes everywhere."],
  [/^mod\+(shift\+)?([-=+]|_)$/, "The browser makes the page larger and smaller with it."],
  [/^alt\+(shift\+)?(f4|tab|escape|space|arrowleft|arrowright|home)$/, "The system or the browser has it."],
  [/^(mod|ctrl)\+(alt|shift)\+(delete|escape)$/, "The system has it."],
  [/^mod\+(m|`| )$/, "The system has it on a Mac."],
  [/^(shift\+)?(tab|enter|escape| |arrow\w+|home|end|pageup|pagedown)$/, "It moves and chooses within the page."],
  [/^(shift\+)?(backspace|delete)$/, "It deletes."],
  [/(^|\+)(dead|unidentified|process)$/, "This key has no name of its own here."],
];

/**
 * Why keys cannot be a command's; undefined when they can. `inTerminal`: they are to work in a focused terminal too, where
 * anything with fewer than two modifiers belongs to its program.
 */
export function refusalOf(keys: string, inTerminal = false): string | undefined {
  const chords = keys.split(/ (?=.)/);
  for (const chord of chords) {
    const taken = TAKEN.find(([pattern]) => pattern.test(chord));
    if (taken) return taken[1];
  }
  if (inTerminal && !/^((mod|ctrl|alt|shift)\+){2}/.test(keys))
    return "In a terminal it would be taken from the program: use two of Ctrl, Alt and Shift.";
  return undefined;
}
