import type { SearchAddon } from "@xterm/addon-search";
import type { Terminal } from "@xterm/xterm";
import { theme } from "../theme/theme.ts";
import { MARKS } from "./colours.ts";

/** What was found: the one that is shown, from 1, of how many. */
export interface Found {
  at: number;
  of: number;
}

/** Finds text in a terminal and what scrolled out of it. The addon comes when it is needed for the first time. */
export class Finder {
  readonly #terminal: Terminal;
  readonly #found: (found: Found) => void;
  #addon: Promise<SearchAddon> | undefined;

  constructor(terminal: Terminal, found: (found: Found) => void) {
    this.#terminal = terminal;
    this.#found = found;
  }

  /** `grow`: the text is being typed, so a match that still fits stays where it is. */
  async find(text: string, towards: "next" | "previous", grow = false): Promise<void> {
    const addon = await this.#load();
    const colours = MARKS[theme()];
    const options = {
      incremental: grow,
      decorations: {
        matchBackground: colours.match,
        matchOverviewRuler: colours.match,
        activeMatchBackground: colours.active,
        activeMatchColorOverviewRuler: colours.active,
      },
    };
    if (text === "") return this.clear();
    if (towards === "next") addon.findNext(text, options);
    else addon.findPrevious(text, options);
  }

  clear(): void {
    void this.#addon?.then((addon) => addon.clearDecorations());
    this.#terminal.clearSelection();
    this.#found({ at: 0, of: 0 });
  }

  #load(): Promise<SearchAddon> {
    this.#addon ??= import("@xterm/addon-search").then((module) => {
      const addon = new module.SearchAddon();
      this.#terminal.loadAddon(addon);
      addon.onDidChangeResults(({ resultIndex, resultCount }) => this.#found({ at: resultIndex + 1, of: resultCount }));
      return addon;
    });
    return this.#addon;
  }
}
