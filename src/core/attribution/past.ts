import type { FileChange, FileState } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Lineage } from "./history.ts";
import { bytesOf, linesOf } from "./lines.ts";
import type { Mark } from "./marks.ts";
import { Register } from "./register.ts";
import { visibleWithout, Weave } from "./weave.ts";

/** Begins a line that stands for a whole file or link which is not merged by line. No byte has this character. */
const WHOLE = "\u{100}";

/** One file's past, ready to be asked what it would be without some of it. */
export interface Past {
  lineage: Lineage;
  weave: Weave;
  exists: Register<boolean>;
  mode: Register<number>;
  path: Register<string>;
  /** Changes by seq that are undone as a whole. */
  undone: ReadonlySet<number>;
  now: FileState | undefined;
}

/** Reads all contents a file has had and retraces them. */
export async function pastOf(lineage: Lineage, blobs: Blobs): Promise<Past> {
  const first = changeOf(lineage.steps[0]);
  const weave = new Weave(await keysOf(first?.before, blobs));
  const exists = new Register(first?.before !== undefined);
  const mode = new Register(first?.before?.mode ?? first?.after?.mode ?? 0);
  const path = new Register(first?.from ?? first?.path ?? lineage.path);
  const undone = new Map<number, readonly number[]>();
  let now = first?.before;
  for (const step of lineage.steps) {
    const change = step.type === "taken_back" ? step.undone.change : step.change;
    // What the log missed in between is nobody's, and so somebody else's for whoever is taken back.
    if (step.type === "changed" && change.before && change.before.blob !== now?.blob)
      weave.change(step.seq - 0.5, await keysOf(change.before, blobs));
    if (step.type === "taken_back") {
      const operations = new Set(step.undone.operations);
      weave.takeBack(step.seq, operations, step.undone.lines);
      if (!step.undone.lines) {
        for (const register of [exists, mode, path]) register.takeBack(step.seq, operations);
        undone.set(step.seq, step.undone.operations);
      }
    } else if (step.type === "brought_back") {
      weave.bringBack(step.rollback);
      for (const register of [exists, mode, path]) register.bringBack(step.rollback);
      undone.delete(step.rollback);
    }
    // What was written is what counts: if the marks do not lead there, the difference is a change like any other.
    const keys = await keysOf(change.after, blobs);
    if (change.after?.blob !== now?.blob || step.type !== "changed") {
      if (!same(weave.lines(), keys))
        weave.change(step.seq, keys, step.type === "changed" ? change.regions : undefined);
    }
    exists.set(step.seq, change.after !== undefined);
    if (change.after?.kind === "file") mode.set(step.seq, change.after.mode);
    path.set(step.seq, change.path);
    now = change.after;
  }
  return { lineage, weave, exists, mode, path, undone: new Set([...undone.values()].flat()), now };
}

/** What the file would be with some marks the other way round. `mixed`: lines beside a whole file, which cannot be. */
export function stateWith(
  past: Past,
  turned: (mark: Mark) => boolean,
): "mixed" | "absent" | { path: string; mode: number; content: string[] } {
  if (!past.exists.with(turned)) return "absent";
  const content = past.weave.atoms.filter((atom) => visibleWithout(atom, turned)).map(({ text }) => text);
  if (content.length > 1 && content.some((line) => line.startsWith(WHOLE))) return "mixed";
  return { path: past.path.with(turned), mode: past.mode.with(turned), content };
}

/** Keeps content made of lines, and says how to find it. */
export async function keep(content: readonly string[], mode: number, blobs: Blobs): Promise<FileState> {
  const [only] = content;
  if (only?.startsWith(WHOLE)) {
    const [kind, blob = ""] = only.slice(WHOLE.length).split(":");
    return { kind: kind === "link" ? "link" : "file", mode, blob };
  }
  return { kind: "file", mode, blob: await blobs.put(bytesOf(content)) };
}

/** The lines of a state, or the one line that stands for all of it. */
export async function keysOf(state: FileState | undefined, blobs: Blobs): Promise<string[]> {
  if (!state) return [];
  const lines = state.kind === "file" ? linesOf(await blobs.get(state.blob)) : undefined;
  return lines ?? [`${WHOLE}${state.kind}:${state.blob}`];
}

export function isWhole(line: string | undefined): boolean {
  return line?.startsWith(WHOLE) ?? false;
}

function changeOf(step: Lineage["steps"][number] | undefined): FileChange | undefined {
  return step?.type === "taken_back" ? step.undone.change : step?.change;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
