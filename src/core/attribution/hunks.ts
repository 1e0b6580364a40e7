import type { Author } from "../../contract/files.ts";
import { isBy } from "./author.ts";
import type { Mark } from "./marks.ts";
import type { Past } from "./past.ts";
import { visible, visibleWithout, type Atom } from "./weave.ts";

/** Why something is left as it is. */
export type Reason =
  /** Somebody changed these or the neighbouring lines afterwards. */
  | "changed_since"
  /** It cannot be told whose changes these are; the person can say. */
  | "unknown_author"
  /** Others have changed a file that this author created. */
  | "created_then_changed"
  /** Another file is now where it would have to be. */
  | "path_taken"
  /** The file is not merged by line, or no longer what the log says. */
  | "not_mergeable";

/** What is to be turned round in a file, and what stands in the way. */
export interface Turn {
  turned(mark: Mark): boolean;
  /** Position in the log of what is turned in an atom; undefined when nothing is. */
  since(atom: Atom): number | undefined;
  /** Position in the log of the last thing others did to an atom, 0 for nothing. */
  others(atom: Atom): number;
  /** Whether what is turned in an atom is of uncertain author. */
  doubtful(atom: Atom): boolean;
  /** Before this position nothing is turned, so that nothing from before can stand in the way. */
  first: number;
}

/** Changed lines without an untouched line between them. Lines [from, to) of the text now; `before` is what they would be. */
export interface Hunk {
  from: number;
  to: number;
  before: string[];
  now: string[];
  conflict?: Reason | undefined;
}

/** The changes of one author (`author`, certain or suspected) that are in force in a file. */
export function turnOf(
  past: Past,
  authors: ReadonlyMap<number, Author>,
  author: Author,
): Turn & { operations: Set<number>; suspected: Set<number> } {
  const operations = new Set<number>();
  const suspected = new Set<number>();
  for (const step of past.lineage.steps) {
    if (step.type !== "changed" || past.undone.has(step.seq)) continue;
    const by = authors.get(step.seq);
    const verdict = by ? isBy(by, author) : "no";
    if (verdict !== "no") operations.add(step.seq);
    if (verdict === "perhaps") suspected.add(step.seq);
  }
  const inForce = (atom: Atom) => [atom.added, ...atom.removed].filter(({ on }) => on).map(({ seq }) => seq);
  const touching = (atom: Atom) => [...inForce(atom), ...atom.perhaps.filter((seq) => !past.undone.has(seq))];
  return {
    operations,
    suspected,
    turned: (mark) => mark.on && operations.has(mark.seq),
    since: (atom) => least(touching(atom).filter((seq) => operations.has(seq))),
    others: (atom) => Math.max(0, ...touching(atom).filter((seq) => !operations.has(seq))),
    doubtful: (atom) => inForce(atom).some((seq) => suspected.has(seq)),
    first: Math.min(...operations),
  };
}

/** What a rollback holds switched off in a file. */
export function turnBackOf(past: Past, rollback: number, operations: ReadonlySet<number>): Turn {
  const held = past.weave.heldBy(rollback);
  const registers = [past.exists, past.mode, past.path].map((register) => register.heldBy(rollback));
  const turned = (mark: Mark) => held.has(mark) || registers.some((marks) => marks.has(mark));
  return {
    turned,
    since: (atom) =>
      [atom.added, ...atom.removed].some((mark) => held.has(mark)) || atom.perhaps.some((seq) => operations.has(seq))
        ? rollback
        : undefined,
    others: (atom) =>
      Math.max(
        0,
        ...[atom.added, ...atom.removed]
          .filter((mark) => !held.has(mark))
          .map(({ seq, turned: by }) => Math.max(seq, by)),
        ...atom.perhaps,
      ),
    doubtful: () => false,
    first: rollback,
  };
}

/** What turning would change in a file's lines, and where somebody's later change stands in the way. */
export function hunksOf(past: Past, turn: Turn): Hunk[] {
  const hunks: Hunk[] = [];
  let group: Atom[] = [];
  let line = 0;
  const close = () => {
    const hunk = hunkOf(group, line, turn);
    const turns = group.some((atom) => visible(atom) !== visibleWithout(atom, turn.turned));
    // Where equal lines leave a doubt whose line it was that others removed, it may only seem that nothing is left to turn.
    if (turns || (hunk.conflict && group.some(({ perhaps }) => perhaps.length > 0))) hunks.push(hunk);
    group = [];
  };
  for (const atom of past.weave.atoms) {
    // A line that nobody touched since keeps apart what is on its two sides.
    if (visible(atom) && turn.since(atom) === undefined && turn.others(atom) < turn.first) close();
    else group.push(atom);
    if (visible(atom)) line++;
  }
  close();
  return hunks;
}

function hunkOf(group: readonly Atom[], end: number, turn: Turn): Hunk {
  const now = group.filter(visible).map(({ text }) => text);
  const before = group.filter((atom) => visibleWithout(atom, turn.turned)).map(({ text }) => text);
  const since = least(group.map(turn.since).filter((seq) => seq !== undefined)) ?? Infinity;
  const conflict = group.some(turn.doubtful)
    ? "unknown_author"
    : Math.max(...group.map(turn.others)) > since
      ? "changed_since"
      : undefined;
  return { from: end - now.length, to: end, before, now, conflict };
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}
