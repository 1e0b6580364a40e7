import path from "node:path";
import type { FileState } from "../contract/files.ts";
import type { SnapshotChange } from "../core/ports/snapshots.ts";
import type { FileContent, Seen } from "../core/ports/tree.ts";
import { holdWhileBorrowing } from "./detach.ts";
import { editedTree } from "./edited-tree.ts";
import type { Look } from "./look.ts";
import type { Objects } from "./objects.ts";
import { indexSince, updateIndex } from "./own-index.ts";
import { gitObject, type GitObject } from "./pack.ts";
import { readChanged, type Changed } from "./read-changed.ts";
import { filesOf, gitModeOf, writeTree } from "./records.ts";
import { flagOf, plainConfig, textOf } from "./repository.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";

/** What our index holds: a tree, and what came after it. */
interface Held {
  tree: string;
  later: readonly SnapshotChange[];
  /** What the tree holds, once somebody asked. */
  files?: Map<string, Seen> | undefined;
}

/**
 * Knows what our index holds without reading it. A few changed files are read and stored by ourselves, in one pack, and the
 * index learns of them only when nobody waits (`settle`); anything else is left to git. Not for two at the same time.
 */
export class IndexState {
  readonly #place: GitPlace;
  readonly #objects: Objects;
  #plain: Promise<boolean> | undefined;
  /** Undefined when it is not certain: what fails in between must not leave an old state behind. */
  #held: Held | undefined;
  #unsettled: Look | undefined;

  constructor(place: GitPlace, objects: Objects) {
    this.#place = place;
    this.#objects = objects;
  }

  /**
   * The tree of what a look found, and the objects it needs that are not in the store. Once they are, `advance` says so.
   * What cannot be read is added to the skipped of the look.
   */
  async tree(look: Look, signal?: AbortSignal): Promise<{ tree: string; missing: GitObject[]; advance(): void }> {
    const { held, changes, contents } = await this.#read(look, signal);
    if (changes.length === 0) return { tree: held.tree, missing: [], advance: () => {} };
    const read = (hash: string) => this.#objects.tree(hash);
    const { root, made } = await editedTree(held.tree, changes, read, this.#objects.format);
    const advance = () => {
      if (held.files) apply(held.files, changes);
      this.#held = { tree: root, later: [], files: held.files };
      // Even when the look found nothing, the index has to be compared with the new tree.
      this.#unsettled ??= { gone: [], changed: [], came: [], ignored: [], skipped: [] };
    };
    return { tree: root, missing: [...contents, ...made], advance };
  }

  /** Every file of what a look found; their contents are in the store when it resolves. */
  async files(look: Look): Promise<Map<string, Seen>> {
    const { held, changes, contents } = await this.#read(look);
    await this.#objects.keep(contents);
    const own = (held.files ??= new Map(
      [...(await filesOf(this.#place, held.tree))].map(([name, state]) => [name, seen(state)]),
    ));
    const files = new Map(own);
    apply(files, changes);
    return files;
  }

  /** What is in the store is not what it was: everything is asked of git anew. */
  forget(): void {
    this.#held = undefined;
    this.#unsettled = undefined;
  }

  /** Brings the index up to date with what was read besides it. To be called before the next look. */
  async settle(): Promise<void> {
    const [look, held] = [this.#unsettled, this.#held];
    this.#unsettled = undefined;
    if (!look || !held) return;
    this.#held = undefined;
    await updateIndex(this.#place, look);
    // A file may have changed again since it was read; what the index has is what the next look is compared with.
    this.#held = { ...held, later: await indexSince(this.#place, held.tree) };
  }

  async #read(look: Look, signal?: AbortSignal): Promise<Changed & { held: Held }> {
    const held = this.#held;
    if (held) {
      if (look.gone.length + look.changed.length === 0) return { held, changes: [...held.later], contents: [] };
      const few = (await this.#isPlain()) ? await readChanged(this.#place, look, this.#objects.format) : undefined;
      if (few) {
        this.#unsettled = look;
        return { held, changes: [...held.later, ...few.changes], contents: few.contents };
      }
    }
    this.#held = undefined;
    await updateIndex(this.#place, look, signal);
    const tree = await writeTree(this.#place, signal);
    await holdWhileBorrowing(this.#place, tree);
    return { held: (this.#held = { tree, later: [] }), changes: [], contents: [] };
  }

  /** Whether a file's mode and name on disk are all there is to know; where the disk cannot say, git's index remembers. */
  #isPlain(): Promise<boolean> {
    return (this.#plain ??= textOf(path.join(this.#place.store, "config")).then((text) => {
      const config = { config: plainConfig(text) };
      const is = (name: string) => flagOf(config, `core.${name}`) ?? false;
      return is("filemode") && is("symlinks") && !is("ignorecase");
    }));
  }
}

function seen(state: FileState): Seen {
  return { stamp: stampOf(state), state };
}

/** A file as git's index has it. */
export function stampOf(state: FileState): string {
  return `${gitModeOf(state)} ${state.blob}`;
}

/** A file as `list` would give it, though its content is not in the store. */
export function seenOf(content: FileContent | undefined, format: HashFormat): Seen | undefined {
  if (!content) return undefined;
  const { hash } = gitObject("blob", content.bytes, format);
  return { stamp: stampOf({ kind: content.kind, mode: content.mode, blob: hash }) };
}

function apply(files: Map<string, Seen>, changes: readonly SnapshotChange[]): void {
  for (const { path: name, after } of changes) {
    if (after) files.set(name, seen(after));
    else files.delete(name);
  }
}
