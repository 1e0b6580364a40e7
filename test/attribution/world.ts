import type { FileContent } from "../../src/core/ports/tree.ts";
import { file, link, shown } from "./folder.ts";

/** `A` and `B` are agents. */
export type Who = "A" | "B" | "person";

/** A line that knows who wrote it and who removed it. A binary or a link is one line of its own kind. */
interface TrueLine {
  text: string;
  kind: "line" | "binary" | "link";
  zone: number;
  by: Who | "base";
  removedBy: Set<Who>;
}

/** A value and who set it, all of them in order. */
type Settings<T> = { by: Who | "base"; value: T }[];

/** A file that remembers everything, with its true author: the oracle. */
export class TrueFile {
  readonly lines: TrueLine[];
  readonly path: Settings<string>;
  readonly mode: Settings<number>;
  readonly exists: Settings<boolean>;

  constructor(
    path: string,
    by: Who | "base",
    mode: number,
    lines: { text: string; zone?: number; kind?: TrueLine["kind"] }[],
  ) {
    this.path = [{ by, value: path }];
    this.mode = [{ by, value: mode }];
    this.exists =
      by === "base"
        ? [{ by, value: true }]
        : [
            { by: "base", value: false },
            { by, value: true },
          ];
    this.lines = lines.map(({ text, zone = 0, kind = "line" }) => ({ text, kind, zone, by, removedBy: new Set() }));
  }

  now<T>(of: Settings<T>): T {
    return (of.at(-1) as { value: T }).value;
  }

  visible(): TrueLine[] {
    return this.lines.filter(({ removedBy }) => removedBy.size === 0);
  }

  /** Visible lines [from, to) become `texts`; what is equal at both ends is not touched. */
  edit(
    by: Who,
    from: number,
    to: number,
    texts: readonly string[],
    zone: number,
  ): { from: number; to: number; size: number } | undefined {
    const seen = this.visible();
    let [start, end, first, last] = [from, to, 0, texts.length];
    while (start < end && first < last && seen[start]?.text === texts[first]) [start, first] = [start + 1, first + 1];
    while (end > start && last > first && seen[end - 1]?.text === texts[last - 1]) [end, last] = [end - 1, last - 1];
    if (start === end && first === last) return undefined;
    for (const line of seen.slice(start, end)) line.removedBy.add(by);
    this.#insert(seen[end], by, texts.slice(first, last), zone, "line");
    return { from: start, to: end, size: last - first };
  }

  /** The whole content becomes something that is not lines. */
  replace(by: Who, kind: "binary" | "link", text: string): void {
    for (const line of this.visible()) line.removedBy.add(by);
    this.#insert(undefined, by, [text], 0, kind);
  }

  remove(by: Who): void {
    for (const line of this.visible()) line.removedBy.add(by);
    this.exists.push({ by, value: false });
  }

  #insert(before: TrueLine | undefined, by: Who, texts: readonly string[], zone: number, kind: TrueLine["kind"]): void {
    const at = before ? this.lines.indexOf(before) : this.lines.length;
    this.lines.splice(at, 0, ...texts.map((text) => ({ text, kind, zone, by, removedBy: new Set<Who>() })));
  }
}

/** Where the file would be and what it would hold had some never done anything; undefined when it would not exist. */
export function without(
  one: TrueFile,
  absent: ReadonlySet<Who | "base">,
): { path: string; content: FileContent } | undefined {
  const last = <T>(of: Settings<T>): T => (of.findLast(({ by }) => !absent.has(by)) ?? (of[0] as { value: T })).value;
  if (!last(one.exists)) return undefined;
  const lines = one.lines.filter(
    ({ by, removedBy }) => !absent.has(by) && [...removedBy].every((who) => absent.has(who)),
  );
  const text = lines.map((line) => line.text).join("");
  const content = lines[0]?.kind === "link" ? link(text) : file(text, last(one.mode));
  return { path: last(one.path), content };
}

/** The folder had some never done anything, and the paths at which two files would be then. */
export function folderWithout(
  files: readonly TrueFile[],
  absent: ReadonlySet<Who | "base">,
): { folder: Record<string, string>; clashes: Set<string> } {
  const folder: Record<string, string> = {};
  const clashes = new Set<string>();
  for (const one of files) {
    const there = without(one, absent);
    if (!there) continue;
    // Of two files at one path an empty one is nothing that could be lost.
    const empty = (text: string | undefined) => text?.endsWith(" ") ?? true;
    if (empty(shown(there.content)) && folder[there.path] !== undefined) continue;
    if (!empty(folder[there.path])) clashes.add(there.path);
    folder[there.path] = shown(there.content);
  }
  return { folder, clashes };
}
