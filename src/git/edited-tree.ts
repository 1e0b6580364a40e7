import type { SnapshotChange } from "../core/ports/snapshots.ts";
import { gitObject, type GitObject } from "./pack.ts";
import { gitModeOf } from "./records.ts";
import type { HashFormat } from "./run-git.ts";

const FOLDER = "40000";

interface Entry {
  mode: string;
  hash: string;
}

interface Node {
  /** `gone`: what was here has left, which says nothing of what comes below. */
  here?: Entry | "gone" | undefined;
  below: Map<string, Node>;
}

/**
 * A folder's tree after some changes, of which only `after` counts and of two at one path the later one: the hash of its top, and the trees that are new. `read` gives the bytes of a tree.
 * Only folders on the way to a change are read. A folder without files is left out, as git has it.
 */
export async function editedTree(
  root: string,
  changes: readonly SnapshotChange[],
  read: (hash: string) => Promise<Uint8Array>,
  format: HashFormat,
): Promise<{ root: string; made: GitObject[] }> {
  const top: Node = { below: new Map() };
  for (const { path, after } of changes) {
    let node = top;
    for (const part of path.split("/")) {
      const next = node.below.get(part) ?? { below: new Map() };
      node.below.set(part, next);
      node = next;
    }
    node.here = after ? { mode: gitModeOf(after), hash: after.blob } : "gone";
  }
  const made: GitObject[] = [];

  const rebuilt = async (node: Node, was: string | undefined): Promise<string | undefined> => {
    const entries = was === undefined ? new Map<string, Entry>() : entriesOf(await read(was), format);
    await Promise.all(
      [...node.below].map(async ([name, { here, below }]) => {
        const old = entries.get(name);
        if (here !== undefined && here !== "gone") return entries.set(name, here);
        if (below.size === 0) return entries.delete(name);
        const tree = await rebuilt({ below }, old?.mode === FOLDER ? old.hash : undefined);
        if (tree !== undefined) return entries.set(name, { mode: FOLDER, hash: tree });
        return old?.mode === FOLDER || here === "gone" ? entries.delete(name) : false;
      }),
    );
    if (entries.size === 0 && node !== top) return undefined;
    const tree = gitObject("tree", bytesOf(entries), format);
    if (tree.hash !== was) made.push(tree);
    return tree.hash;
  };

  return { root: (await rebuilt(top, root)) ?? root, made };
}

/** "<mode> <name>\0<hash>" one after the other. */
function entriesOf(bytes: Uint8Array, format: HashFormat): Map<string, Entry> {
  const tree = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = format === "sha256" ? 32 : 20;
  const entries = new Map<string, Entry>();
  for (let at = 0; at < tree.length;) {
    const space = tree.indexOf(32, at);
    const zero = tree.indexOf(0, space);
    const hash = tree.toString("hex", zero + 1, zero + 1 + length);
    entries.set(tree.toString("latin1", space + 1, zero), { mode: tree.toString("latin1", at, space), hash });
    at = zero + 1 + length;
  }
  return entries;
}

/** Git sorts by bytes, and folders as if a slash followed their name. */
function bytesOf(entries: ReadonlyMap<string, Entry>): Buffer {
  const key = ([name, { mode }]: [string, Entry]) => (mode === FOLDER ? `${name}/` : name);
  const sorted = [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(([name, { mode, hash }]) => [Buffer.from(`${mode} ${name}\0`, "latin1"), Buffer.from(hash, "hex")]),
  );
}
