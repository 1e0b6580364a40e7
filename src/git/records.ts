import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import type { FileState } from "../contract/files.ts";
import type { Skipped, Snapshot, SnapshotChange } from "../core/ports/snapshots.ts";
import { syncFolder, writeSynced } from "./durable.ts";
import { gitObject, type GitObject } from "./pack.ts";
import { keepingAge } from "./index-age.ts";
import { runGit, zeroSeparated, type GitPlace, type HashFormat } from "./run-git.ts";

/** Names the snapshot that was taken last. Below heads, because HEAD stands there. */
export const LAST = "refs/heads/last";

/** What is written down with a snapshot. */
export type Note = Omit<Snapshot, "id" | "at"> & { ms: number };

/** A state as a snapshot: a commit without parents, so that forgetting one frees what only it held. */
export function snapshotAsCommit(tree: string, note: Note, format: HashFormat): GitObject {
  const who = `clustr <clustr@localhost> ${Math.floor(note.ms / 1000)} +0000`;
  return gitObject(
    "commit",
    Buffer.from(`tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n${asciiJson(note)}\n`),
    format,
  );
}

/** Enters a commit that is in the store as the latest snapshot. By ourselves: starting git takes longer than two small files. */
export async function enterSnapshot(place: GitPlace, id: string, note: Note): Promise<Snapshot> {
  await writeRefs(place, [`refs/snap/at/${String(note.ms).padStart(15, "0")}-${id.slice(0, 12)}`, LAST], id);
  return snapshotOf(id, note);
}

/** Durable when it resolves; each is as it was or as it shall be, whatever happens. */
export async function writeRefs({ store }: GitPlace, refs: readonly string[], id: string): Promise<void> {
  const files = refs.map((ref) => path.join(store, ref));
  const folders = new Set(files.map((file) => path.dirname(file)));
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(files.map((file) => writeSynced(`${file}.lock`, `${id}\n`)));
  for (const file of files) await rename(`${file}.lock`, file);
  await Promise.all([...folders].map(syncFolder));
}

/** Writes down the state that our index has. */
export async function writeTree(place: GitPlace, signal?: AbortSignal): Promise<string> {
  return (await keepingAge(place, false, () => runGit(place, ["write-tree", "--missing-ok"], { signal }))).trim();
}

/** All snapshots, the latest first, with the refs that hold them. */
export async function listSnapshots(place: GitPlace): Promise<{ snapshot: Snapshot; ref: string }[]> {
  const format = "--format=%(objectname) %(refname) %(contents:subject)";
  const lines = await runGit(place, ["for-each-ref", "--sort=-refname", format, "refs/snap/at"]);
  return lines.split("\n").flatMap((line) => {
    const [, id, ref, text] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
    return id && ref && text ? [{ ref, snapshot: snapshotOf(id, JSON.parse(text) as Note) }] : [];
  });
}

/** Every file of a snapshot or tree, by its path (one character a byte). */
export async function filesOf(place: GitPlace, id: string): Promise<Map<string, FileState>> {
  const files = new Map<string, FileState>();
  for (const entry of zeroSeparated(await runGit(place, ["ls-tree", "-r", "-z", "--full-tree", id]))) {
    const [, mode = "", blob = "", name = ""] = /^(\d+) blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
    const state = stateOf(mode, blob);
    if (state) files.set(name, state);
  }
  return files;
}

/** Files that differ. A moved file is one that goes and one that comes: nothing is folded that a restore could then forget. */
export async function changesBetween(place: GitPlace, from: string, to: string): Promise<SnapshotChange[]> {
  const args = [
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-abbrev",
    from,
    to,
  ];
  return changesIn(await runGit(place, args));
}

/** Files that differ, from git's raw format: ":<mode> <mode> <hash> <hash> <letter>\0<path>\0". */
export function changesIn(raw: string): SnapshotChange[] {
  const parts = zeroSeparated(raw);
  const changes: SnapshotChange[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [was = "", is = "", before = "", after = ""] = (parts[i] ?? "").slice(1).split(" ");
    changes.push({ path: parts[i + 1] ?? "", before: stateOf(was, before), after: stateOf(is, after) });
  }
  return changes;
}

/** A file as git's modes have it; undefined for none and for a repository within. */
export function stateOf(mode: string, blob: string): FileState | undefined {
  if (mode === "100644" || mode === "100755") return { kind: "file", mode: mode === "100755" ? 0o755 : 0o644, blob };
  return mode === "120000" ? { kind: "link", mode: 0o644, blob } : undefined;
}

/** The mode by which git's index and trees call a file. */
export function gitModeOf({ kind, mode }: Pick<FileState, "kind" | "mode">): string {
  if (kind === "link") return "120000";
  return mode === 0o755 ? "100755" : "100644";
}

/** Whether a path is, or lies in, something that a snapshot did not hold. */
export function isSkipped(name: string, skipped: readonly Skipped[]): boolean {
  return skipped.some((one) => name === one.path || name.startsWith(`${one.path}/`));
}

function snapshotOf(id: string, { ms, ...note }: Note): Snapshot {
  return { id, at: new Date(ms).toISOString(), ...note };
}

/** On one line and in ASCII: a commit message is text to git, and paths are bytes. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
