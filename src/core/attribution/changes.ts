import type { Author } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import { isBy } from "./author.ts";
import type { History, Lineage } from "./history.ts";
import { planned, planOf, touchedBy, withoutCollisions, type PlannedFile } from "./plan.ts";
import { diffOfPlanned, type FileDiff } from "./views.ts";

/** Changed lines that are kept in all, some 60 MB of text. What is beyond is planned anew each time. */
const MOST_LINES = 1_000_000;
/** What a file takes beside its lines, in lines. */
const FILE = 8;

/** What was found of an author in one file. */
interface Found {
  /** What it follows from, as `causes` says. */
  of: string;
  planned: PlannedFile | undefined;
  diff: FileDiff | undefined;
}

/** A file as it was when it was asked about, and what is still known of it from the last time. */
interface Asked {
  lineage: Lineage;
  authors: ReadonlyMap<number, Author>;
  of: string;
  found: Found | undefined;
}

/**
 * What each author has changed. After a change only the files it was made in are planned again: what is found in a file
 * follows from its steps and from which of them are the author's, and only collisions depend on other files.
 */
export class Changes {
  readonly #history: History;
  readonly #blobs: Blobs;
  /** By author, then by file: as many as agents that were asked about, and of files what `MOST_LINES` lets in. */
  readonly #known = new Map<string, Map<number, Found>>();
  #lines = 0;

  constructor(history: History, blobs: Blobs) {
    this.#history = history;
    this.#blobs = blobs;
  }

  /**
   * Asks what an author has changed by now; however the log goes on, that is what the function given back will find.
   * `present`: the paths of all files there are.
   */
  by(author: Author, present: readonly string[]): () => Promise<FileDiff[]> {
    const known = this.#of(author);
    const asked = touchedBy(this.#history, author).map((lineage): Asked => {
      const of = causes(lineage, this.#history.authors, author);
      const found = known.get(lineage.id);
      return found?.of === of
        ? { lineage, authors: this.#history.authors, of, found }
        : { ...asItIs(lineage, this.#history.authors), of, found: undefined };
    });
    return async () => {
      const all = await planned(asked, async (one) => one.found ?? this.#find(one, author));
      return this.#diffs(all, present);
    };
  }

  async #find({ lineage, authors, of }: Asked, author: Author): Promise<Found> {
    const file = await planOf(lineage, authors, author, this.#blobs);
    const found = { of, planned: file, diff: file && (await diffOfPlanned(file, this.#blobs)) };
    this.#keep(this.#of(author), lineage.id, found);
    return found;
  }

  #diffs(all: readonly Found[], present: readonly string[]): Promise<FileDiff[]> {
    const alone = all.flatMap(({ planned: file, diff }) => (file && diff ? [{ file, diff }] : []));
    const together = withoutCollisions(
      alone.map(({ file }) => file),
      present,
    );
    return Promise.all(
      together.map(async (file, at) => {
        const one = alone[at];
        return one?.file === file ? one.diff : diffOfPlanned(file, this.#blobs);
      }),
    );
  }

  #of(author: Author): Map<number, Found> {
    const key = JSON.stringify(author);
    const known = this.#known.get(key) ?? new Map<number, Found>();
    this.#known.set(key, known);
    return known;
  }

  #keep(known: Map<number, Found>, file: number, found: Found): void {
    this.#lines += sizeOf(found) - sizeOf(known.get(file));
    known.delete(file);
    if (this.#lines <= MOST_LINES) known.set(file, found);
    else this.#lines -= sizeOf(found);
  }
}

/** All that a plan of one file for one author follows from: how far the file's steps go, and which of them are the author's. */
function causes({ steps }: Lineage, authors: ReadonlyMap<number, Author>, author: Author): string {
  let text = `${steps.length}`;
  for (const { seq } of steps) {
    const by = authors.get(seq);
    const verdict = by ? isBy(by, author) : "no";
    if (verdict !== "no") text += ` ${seq}${verdict === "perhaps" ? "?" : ""}`;
  }
  return text;
}

/** A file and its authors as they are at this moment. */
function asItIs(lineage: Lineage, authors: ReadonlyMap<number, Author>): Pick<Asked, "lineage" | "authors"> {
  const own = new Map<number, Author>();
  for (const { seq } of lineage.steps) {
    const by = authors.get(seq);
    if (by) own.set(seq, by);
  }
  return { lineage: { ...lineage, steps: [...lineage.steps] }, authors: own };
}

function sizeOf(found: Found | undefined): number {
  if (!found) return 0;
  const hunks = found.planned?.hunks ?? [];
  return hunks.reduce((sum, { before, now }) => sum + before.length + now.length, FILE);
}
