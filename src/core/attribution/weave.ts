import type { Region } from "../../contract/files.ts";
import { align } from "./diff.ts";
import { BASE, Marked, markOf, type Mark } from "./marks.ts";

/** One line that the file has or had, in the order of the text. */
export interface Atom {
  text: string;
  added: Mark;
  removed: Mark[];
  /** Changes that perhaps touched it: a diff cannot tell which of several equal lines was meant. */
  perhaps: number[];
}

/**
 * All lines that one file ever had, with who added and removed each. Taking back some operations is switching their marks
 * off: lines of others are never merged or guessed, only shown or not.
 */
export class Weave extends Marked {
  #atoms: Atom[];

  constructor(lines: readonly string[]) {
    super();
    this.#atoms = lines.map((text) => atomOf(text, BASE));
  }

  get atoms(): readonly Atom[] {
    return this.#atoms;
  }

  lines(): string[] {
    return this.#atoms.filter(visible).map(({ text }) => text);
  }

  /** Takes in the text after an operation. */
  change(seq: number, after: readonly string[], regions?: readonly Region[]): void {
    const { match, sure } = align(this.lines(), after, regions);
    const next: Atom[] = [];
    let line = 0;
    let to = 0;
    const add = (until: number) => {
      for (; to < until; to++) next.push(atomOf(after[to] ?? "", seq));
    };
    for (const atom of this.#atoms) {
      if (visible(atom)) {
        const kept = match[line] ?? -1;
        if (kept < 0) atom.removed.push(markOf(seq));
        else {
          add(kept);
          to = kept + 1;
          if (sure[line] !== 1) atom.perhaps.push(seq);
        }
        line++;
      }
      next.push(atom);
    }
    add(after.length);
    this.#atoms = next;
  }

  /** Switches off what these operations did, within lines [from, to) of the text as it is, on behalf of a rollback. */
  takeBack(rollback: number, operations: ReadonlySet<number>, lines?: { from: number; to: number }): void {
    const marks = this.#between(lines).flatMap((atom) => [atom.added, ...atom.removed]);
    this.switchOff(rollback, operations, marks);
  }

  /** The atoms strictly between visible line `from` - 1 and visible line `to`. */
  #between(lines: { from: number; to: number } | undefined): Atom[] {
    if (!lines) return this.#atoms;
    let line = 0;
    return this.#atoms.filter((atom) => {
      if (!visible(atom)) return line >= lines.from && line <= lines.to;
      line++;
      return line > lines.from && line <= lines.to;
    });
  }
}

function atomOf(text: string, seq: number): Atom {
  return { text, added: markOf(seq), removed: [], perhaps: [] };
}

export function visible(atom: Atom): boolean {
  return atom.added.on && !atom.removed.some(({ on }) => on);
}

/** Whether it would be visible with these marks the other way round. */
export function visibleWithout(atom: Atom, turned: (mark: Mark) => boolean): boolean {
  const on = (mark: Mark) => mark.on !== turned(mark);
  return on(atom.added) && !atom.removed.some(on);
}
