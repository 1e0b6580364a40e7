import type { FileState } from "../contract/files.ts";
import { ClustrError } from "../contract/error.ts";
import type { Blobs } from "../core/ports/blobs.ts";
import type {
  CutRestore,
  FolderStore,
  PruneLimits,
  Restored,
  RestorePlan,
  Snapshot,
  SnapshotChange,
  StoreCheck,
  StoreMended,
} from "../core/ports/snapshots.ts";
import type { FileContent, Seen, Tree } from "../core/ports/tree.ts";
import { carryOut } from "./carry-out.ts";
import { readAt } from "./folder-tree.ts";
import { decideIgnored, ignoredThen } from "./ignored-then.ts";
import { isWhole } from "./damage.ts";
import { IndexState, seenOf } from "./index-state.ts";
import { checkStore } from "./check.ts";
import { look } from "./look.ts";
import { mend } from "./mend.ts";
import { Objects } from "./objects.ts";
import { PrivatePaths } from "./private-paths.ts";
import { forget } from "./prune.ts";
import {
  changesBetween,
  enterSnapshot,
  filesOf,
  isSkipped,
  listSnapshots,
  snapshotAsCommit,
  type Note,
} from "./records.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";
import { otherThanCommitted, uncommitted } from "./uncommitted.ts";
import { removeHalfWritten, clearAfterKill } from "./after-kill.ts";
import { SharedTake } from "./shared-take.ts";
import { Revealed } from "./revealed.ts";
import { swapAt } from "./swap.ts";
import { keepSkeleton } from "./skeleton.ts";
import { syncExcludes } from "./store.ts";
import { Upkeep } from "./upkeep.ts";

/** Milliseconds after which ignored files are looked for anew: that is a walk of its own. */
const IGNORED_EVERY = 600_000;

/** Snapshots in a repository of our own, and the folder as they see it. See the ports for what it promises. */
export class SnapshotStore implements FolderStore {
  readonly blobs: Blobs;
  readonly tree: Tree;
  readonly #place: GitPlace;
  readonly #objects: Objects;
  readonly #index: IndexState;
  readonly #upkeep: Upkeep;
  readonly #private: PrivatePaths;
  readonly #revealed: Revealed;
  readonly #umask: number;
  readonly #format: HashFormat;
  readonly #mended: (what: StoreMended) => void;
  #turn: Promise<unknown> = Promise.resolve();
  /** One that has not begun yet, for whoever else wants one now. */
  #next: SharedTake | undefined;
  #ignoredAt = -Infinity;
  #ms = 0;

  constructor(place: GitPlace, umask: number, format: HashFormat, mended: (what: StoreMended) => void) {
    this.#mended = mended;
    this.#place = place;
    this.#umask = umask;
    this.#format = format;
    this.#objects = new Objects(place, format);
    this.#index = new IndexState(place, this.#objects);
    this.#upkeep = new Upkeep(place, (work) => this.#alone(work));
    this.#private = new PrivatePaths(place);
    this.#revealed = new Revealed(place, this.#objects);
    this.blobs = this.#objects;
    this.tree = {
      read: (path) => readAt(place.folder, path),
      list: () => this.#alone(() => this.#mending(() => this.#list())),
      see: async (path) => seenOf(await readAt(place.folder, path), format),
      swap: (path, expected, next) => this.#swap(path, expected, next),
    };
  }

  take(label: string, signal?: AbortSignal): Promise<Snapshot> {
    if (!this.#next || this.#next.calledOff) {
      const next: SharedTake = new SharedTake((shared, called) =>
        this.#alone(() => {
          // From here on others would miss changes.
          if (this.#next === next) this.#next = undefined;
          return this.#mending(() => this.#take({ label: shared() }, called), called);
        }),
      );
      this.#next = next;
    }
    return this.#next.join(label, signal);
  }

  async list(): Promise<Snapshot[]> {
    return (await listSnapshots(this.#place)).map(({ snapshot }) => snapshot);
  }

  async files(id: string): Promise<Map<string, FileState>> {
    await this.#known(id);
    return filesOf(this.#place, id);
  }

  uncommitted(paths: readonly string[]): Promise<ReadonlySet<string>> {
    return uncommitted(this.#place, this.tree, this.#format, paths);
  }

  otherThanCommitted(files: ReadonlyMap<string, FileState>): Promise<ReadonlySet<string>> {
    return otherThanCommitted(this.#place, this.#objects, files);
  }

  async diff(from: string, to: string): Promise<SnapshotChange[]> {
    await this.#known(from);
    await this.#known(to);
    return changesBetween(this.#place, from, to);
  }

  async plan(id: string): Promise<RestorePlan> {
    const target = await this.#known(id);
    const now = await this.take(`before restoring ${target.label}`);
    const skipped = [...target.skipped, ...now.skipped];
    const all = await changesBetween(this.#place, now.id, id);
    const goes = all.filter(({ after }) => !after).map(({ path }) => path);
    const rules = decideIgnored(all.map(({ path }) => path));
    const ignored = rules ? await ignoredThen(this.#place, await this.files(id), goes, this.blobs) : new Set();
    const changes = all.filter(({ path, after }) => after || !ignored.has(path));
    return {
      target: id,
      label: `restored ${target.label}`,
      skipped,
      changes: changes.filter(({ path }) => !isSkipped(path, skipped)),
    };
  }

  async planUndo(restored: string): Promise<RestorePlan> {
    const was = await this.#known(restored);
    if (!was.restored)
      throw new ClustrError("invalid", `${restored} is no restore, so there is nothing to undo. Restore it instead.`);
    const { before, target } = was.restored;
    // What the restore did not bring to its target was changed by somebody else at that moment, and is theirs.
    const others = new Set((await this.diff(target, restored)).map(({ path }) => path));
    const changes = (await this.diff(restored, before)).filter(({ path }) => !others.has(path));
    return { target: before, label: `undid ${was.label}`, skipped: was.skipped, changes };
  }

  async restore({ target, label, changes }: RestorePlan): Promise<Restored> {
    const before = await this.#alone(() =>
      this.#mending(() => this.#take({ label: `before ${label}`, restoring: target })),
    );
    const { done, left } = await carryOut(changes, this.blobs, this.tree.swap);
    const written = new Set(done);
    const came = changes.filter(({ path, after }) => after && written.has(path)).map(({ path }) => path);
    const note = { label, restored: { before: before.id, target } };
    const snapshot = await this.#alone(() => this.#take(note, undefined, came));
    return { snapshot, done, left };
  }

  async cutShort(): Promise<CutRestore | undefined> {
    const all = await this.list();
    const [before] = all;
    const target = before?.restoring;
    if (!before || target === undefined || !all.some(({ id }) => id === target)) return undefined;
    const label = before.label.replace(/^before /, "");
    return { before: before.id, target, label, changes: await this.diff(before.id, target) };
  }

  settle({ before, target, label }: CutRestore): Promise<Snapshot> {
    return this.#alone(() => this.#take({ label, restored: { before, target } }));
  }

  async check(): Promise<StoreCheck> {
    const found = await checkStore(this.#place, this.#format);
    // Beside other work a pack may have been joined with others while it was read.
    return found.problems.length === 0 ? found : this.#alone(() => checkStore(this.#place, this.#format));
  }

  mend(): Promise<StoreMended | undefined> {
    return this.#alone(() => this.#mendNow());
  }

  async prune(limits: PruneLimits, keep: Iterable<string>): Promise<string[]> {
    await this.#upkeep.detached();
    const forgotten = await this.#alone(() => forget(this.#place, limits, keep));
    await this.#upkeep.free();
    return forgotten;
  }

  /** Resolves once the store needs nothing of the person's repository any more. Begun by the first snapshot. */
  detached(): Promise<void> {
    return this.#upkeep.detached();
  }

  /** Resolves when nothing that others would have to wait for is under way. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  async close(): Promise<void> {
    await this.#upkeep.close();
    await this.#turn;
    this.#objects.close();
  }

  async #take(
    note: Pick<Snapshot, "label" | "restored" | "restoring">,
    signal?: AbortSignal,
    restored: readonly string[] = [],
  ): Promise<Snapshot> {
    await syncExcludes(this.#place);
    const now = Date.now();
    const ignoredToo = now - this.#ignoredAt > IGNORED_EVERY;
    const found = await look(this.#place, { ignoredToo, paths: restored }, signal);
    await this.#private.note(found.changed);
    await this.#revealed.note(found);
    if (ignoredToo) this.#ignoredAt = now;
    const { tree, missing, advance } = await this.#index.tree(found, signal);
    // Two in one millisecond must not change places in the list.
    this.#ms = Math.max(now, this.#ms + 1);
    const noted: Note = { ...note, skipped: found.skipped, ms: this.#ms };
    const commit = snapshotAsCommit(tree, noted, this.#objects.format);
    await this.#objects.keep([...missing, commit]);
    advance();
    const snapshot = await enterSnapshot(this.#place, commit.hash, noted);
    void this.#upkeep.tidy();
    return snapshot;
  }

  /** A damaged store must not keep agents from starting: it is mended, and the work done then. */
  async #mending<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !(await this.#isDamaged())) throw error;
      await this.#mendNow();
      return work();
    }
  }

  /** By a short look; most failures have another cause. */
  async #isDamaged(): Promise<boolean> {
    const rewritten = await keepSkeleton(this.#place, this.#format).catch(() => []);
    return rewritten.length > 0 || !(await isWhole(this.#place).catch(() => true));
  }

  async #mendNow(): Promise<StoreMended | undefined> {
    const mended = await mend(this.#place, this.#format, new Date());
    await removeHalfWritten(this.#place);
    await clearAfterKill(this.#place);
    this.#index.forget();
    this.#objects.close();
    if (mended) this.#mended(mended);
    return mended;
  }

  async #list(): Promise<Map<string, Seen>> {
    const found = await look(this.#place);
    await this.#revealed.note(found);
    const files = await this.#index.files(found);
    for (const path of this.#revealed.paths()) {
      const seen = files.get(path);
      if (seen) files.set(path, { ...seen, revealed: true });
    }
    return files;
  }

  async #swap(path: string, expected: FileContent | undefined, next: FileContent | undefined): Promise<boolean> {
    const umask = (await this.#private.has(path)) ? 0o077 : this.#umask;
    return swapAt(this.#place.folder, path, expected, next, umask);
  }

  async #known(id: string): Promise<Snapshot> {
    const found = (await this.list()).find((one) => one.id === id);
    if (!found)
      throw new ClustrError(
        "not_found",
        `There is no snapshot ${id}; it may have been pruned. \`clustr snapshots\` lists what there is.`,
      );
    return found;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    // What was not certain afterwards is looked at anew by the next, so a failure says nothing to anybody.
    this.#turn = result
      .then(
        () => this.#index.settle(),
        () => this.#index.settle(),
      )
      .catch(() => {});
    return result;
  }
}
