import type { Author, FileChange, FileOperation, FileState, Undone } from "../../contract/files.ts";
import { ClustrError } from "../../contract/error.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Tree } from "../ports/tree.ts";
import { oneOf, PERSON } from "./author.ts";
import { Changes } from "./changes.ts";
import { outcomeOf, stateAfter, type Expected } from "./expected.ts";
import type { Applied, AttributionOptions } from "./options.ts";
import { History } from "./history.ts";
import { Known } from "./known.ts";
import { provenBy } from "./proof.ts";
import { planRollback, planUndo, undoneOf, type Plan, type PlannedFile, type Selection } from "./plan.ts";
import { sameState } from "./same-state.ts";
import { settle } from "./settle.ts";
import { foldMoves } from "./renames.ts";
import { between, type FileDiff } from "./views.ts";
import { authorOf, Windows, type Call } from "./windows.ts";
import { asWritten, write } from "./write.ts";

type Writing = Extract<FileOperation, { type: "writing" }>;

/**
 * Who changed what in one folder, and taking it back. Calls of agents open and close windows; what changed within a window
 * is theirs, what changed outside all windows is the person's. One thing is done at a time, in the order of the calls.
 */
export class Attribution {
  readonly #tree: Tree;
  readonly #blobs: Blobs;
  readonly #record: (operations: readonly FileOperation[]) => Promise<void>;
  /** The log so far, by file; only to be read. */
  readonly history: History;
  readonly #known: Known;
  readonly #changes: Changes;
  readonly #windows = new Windows();
  readonly #begun: boolean;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ tree, blobs, record, operations = [], files }: AttributionOptions) {
    this.#tree = tree;
    this.#blobs = blobs;
    this.#record = record;
    this.history = new History(operations);
    this.#known = new Known(tree, blobs, files);
    this.#changes = new Changes(this.history, blobs);
    this.#begun = files !== undefined;
  }

  /**
   * Looks at the whole folder for the first time. `whose` says who made what changed since `files`, or without them since the
   * log's end: the person, or nobody can tell, when agents were alive. A rollback that a crash cut short is finished, but
   * for what somebody has changed since.
   */
  start(whose: (change: FileChange) => Author = () => PERSON): Promise<void> {
    return this.#alone(async () => {
      const found = await this.#known.look();
      const changes = this.#begun ? found : this.history.missed((path) => this.#known.state(path));
      const settled = await this.#settle();
      await this.#take(
        changes.filter((change) => !settled.has(change.path)),
        (change) => ({ author: whose(change) }),
      );
    });
  }

  /** What the folder held at the last look: to be given to the next `Attribution` of this folder. */
  files(): Map<string, FileState> {
    return this.#known.files();
  }

  /** A tool call is about to run. What changed before is settled first. */
  open(call: Call): Promise<void> {
    return this.#alone(async () => {
      await this.#look(call.paths);
      this.#windows.open({ ...call, since: this.history.last });
    });
  }

  /**
   * A tool call has ended. With `expected`, from its input, these files are the agent's beyond doubt, whoever else is at
   * work; what differs from it was written by somebody else or by a program run after the tool, and is ambiguous.
   * For a call that is not open, its beginning having been missed, only `expected` counts; whose it was, and since when it can
   * have begun, is `missed`.
   */
  close(call: string, expected: readonly Expected[] = [], missed?: Call): Promise<void> {
    return this.#alone(async () => {
      const window = this.#windows.get(call) ?? missed;
      if (!window) return;
      for (const one of expected) await this.#expect(window, one);
      if (window !== missed) await this.#look(window.paths);
      this.#windows.close(call);
    });
  }

  /**
   * A call waits for the person: until it goes on, what changes may be the person's. `goOn` says that nothing of the call
   * happened in between, so that all of it was.
   */
  hold(call: string): Promise<void> {
    return this.#alone(async () => {
      const window = this.#windows.get(call);
      if (!window) return;
      await this.#look(window.paths);
      this.#windows.hold(call);
    });
  }

  /** The person has let a held call go on. Harmless for one that is not held. */
  goOn(call: string): Promise<void> {
    return this.#alone(async () => {
      const window = this.#windows.release(call);
      if (!window) return;
      await this.#look(window.paths);
      this.#windows.open({ ...window, since: this.history.last });
    });
  }

  /** The agent's process has ended, and with it every call of its that was opened. */
  async closeAll(agent: string): Promise<void> {
    await this.#turn;
    for (const { call } of this.#windows.of(agent)) await this.close(call);
  }

  /** Something changed, says a watcher: whose is it? `nobody`: who it is when no call is open; the person unless said otherwise. */
  look(paths?: readonly string[], nobody: Author = PERSON): Promise<void> {
    return this.#alone(() => this.#look(paths, nobody));
  }

  /**
   * Clustr itself writes files for somebody: `work` does it, and gives what it made of them. What changed before is not
   * theirs, nor what is different by then. Nobody looks in between, who would take it for what a call has done.
   */
  writing<T extends { files: readonly Pick<FileChange, "path" | "after">[] }>(
    by: Author,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#alone(async () => {
      await this.#look();
      try {
        const result = await work();
        const changes = await asWritten(result.files, this.#tree, this.#blobs, this.#known);
        const first = this.history.last + 1;
        await this.#write(
          changes.map((change, at) => ({ type: "changed", seq: first + at, author: by, exact: true, change })),
        );
        return result;
      } catch (error) {
        const perhaps = ({ path }: FileChange) => ({ author: oneOf([by, this.#windows.author(path, by).author]) });
        await this.#take(await this.#known.look(), perhaps);
        throw error;
      }
    });
  }

  /** Remembers this moment under a name. */
  mark(mark: string): Promise<void> {
    return this.#alone(async () => {
      await this.#look();
      await this.#append((seq) => ({ type: "marked", seq, mark }));
    });
  }

  /** The person says whose an ambiguous change is. */
  assign(operation: number, author: Author): Promise<void> {
    return this.#alone(async () => {
      const was = this.history.authors.get(operation);
      if (was?.kind !== "ambiguous")
        throw new ClustrError(
          "invalid",
          `The change at position ${operation} is not of unknown author; nothing was changed. Look at \`clustr changes\` again.`,
        );
      await this.#append((seq) => ({ type: "assigned", seq, operation, author }));
    });
  }

  /** What an author has changed as of the last look: exactly what rolling it back would remove. */
  async changesBy(author: Author): Promise<FileDiff[]> {
    // Only asked in its turn, not answered: no tool call waits until every file has been planned.
    const list = await this.#alone(async () => this.#changes.by(author, this.#known.paths()));
    return list();
  }

  /** What anybody changed between two marks, or since one, as of the last look. */
  changesBetween(from: string, to?: string): Promise<FileDiff[]> {
    return this.#alone(() => between(this.history, this.#blobs, from, to));
  }

  /** A dry run of a rollback. */
  plan(selection: Selection): Promise<Plan> {
    return this.#alone(async () => {
      await this.#look();
      return planRollback(this.history, this.#blobs, selection, this.#known.paths());
    });
  }

  /** A dry run of the undo of a rollback. Rejects with `not_found` when there is no such rollback. */
  planUndo(id: string): Promise<Plan> {
    return this.#alone(async () => {
      const rollback = this.history.rollback(id);
      if (!rollback)
        throw new ClustrError("not_found", `There is no rollback ${id}. List them to see what can be undone.`);
      await this.#look();
      return planUndo(this.history, this.#blobs, rollback, this.#known.paths());
    });
  }

  /**
   * Carries a plan out, file by file; each is written only if it still is what the plan says. `id` names the rollback.
   * What could not be written, and what somebody has changed since, is named in `left` and stays as it is.
   */
  apply(plan: Plan, id: string, by: Author): Promise<Applied> {
    return this.#alone(async () => {
      const wanted = plan.files.filter(({ conflict }) => !conflict);
      const left = plan.files.flatMap(({ path, conflict }) => (conflict ? [{ path, why: conflict as string }] : []));
      const isThere = ({ path, change: { before } }: PlannedFile) =>
        !before || sameState(this.#known.state(path), before);
      const moved = wanted.filter((file) => !isThere(file));
      const files = wanted.filter(isThere);
      left.push(...moved.map(({ path }) => ({ path, why: "changed_meanwhile" })));
      if (files.length === 0) return { id, done: [], left };
      const { rollback, of } = plan;
      await this.#append((seq) => ({ type: "writing", seq, id, rollback, of, by, files: files.map(undoneOf) }));
      const { done, failed } = await write(files, this.#tree, this.#known);
      await this.#finish({ id, rollback, of, by }, done.map(undoneOf));
      for (const file of files.filter((one) => !done.includes(one)))
        left.push({ path: file.path, why: failed.includes(file) ? "not_written" : "changed_meanwhile" });
      return { id, done, left };
    });
  }

  #finish({ id, rollback, of, by }: Pick<Writing, "id" | "rollback" | "of" | "by">, files: Undone[]): Promise<void> {
    return this.#append((seq) =>
      rollback === undefined
        ? { type: "rolled_back", seq, id, of, by, files }
        : { type: "rollback_undone", seq, id, rollback, by, files },
    );
  }

  /** Finishes the record of a rollback that was being written when the process died. Gives the paths it explains. */
  async #settle(): Promise<Set<string>> {
    const last = this.history.operations.at(-1);
    if (last?.type !== "writing") return new Set();
    const files = await settle(last.files, this.#tree, this.#known);
    await this.#finish(last, files);
    return new Set(files.flatMap(({ change }) => [change.path, change.from ?? change.path]));
  }

  /** Records what the tool must have written, and leaves what differs from it to the look that follows. */
  async #expect(call: Call, expected: Expected): Promise<void> {
    const operation = await provenBy(call, expected, { history: this.history, known: this.#known, blobs: this.#blobs });
    if (operation !== undefined)
      return this.#append((seq) => ({ type: "assigned", seq, operation, author: authorOf(call), call: call.call }));
    const { path, from } = expected;
    const before = this.#known.state(from ?? path);
    const outcome = outcomeOf(expected, await this.#known.content(before));
    if (!outcome) return;
    const there = await this.#tree.read(path);
    const after = await stateAfter(outcome, there, this.#blobs);
    if (sameState(before, after) && from === undefined) return;
    if (from === undefined && there && before?.blob === (await this.#blobs.put(there.bytes))) return;
    if (from !== undefined) this.#known.note(from, undefined);
    this.#known.note(path, after);
    const change = { path, from, before, after, regions: outcome.regions };
    const by = { author: authorOf(call), call: call.call };
    await this.#append((seq) => ({ type: "changed", seq, ...by, exact: true, change }));
    const residue = await this.#known.look([path]);
    const others = this.#windows.author(path, PERSON).author;
    await this.#take(residue, () => ({ author: oneOf([authorOf(call), PERSON, others]) }));
  }

  async #look(paths?: readonly string[], nobody: Author = PERSON): Promise<void> {
    const changes = await this.#known.look(paths);
    await this.#take(changes, ({ path }) => this.#windows.author(path, nobody, this.#known.wasRevealed(path)));
  }

  async #take(
    changes: readonly FileChange[],
    whose: (change: FileChange) => { author: Author; call?: string | undefined },
  ): Promise<void> {
    const moved = await foldMoves(changes, this.#blobs);
    const first = this.history.last + 1;
    await this.#write(
      moved.map((change, at) => ({ type: "changed", seq: first + at, ...whose(change), exact: false, change })),
    );
  }

  #append(make: (seq: number) => FileOperation): Promise<void> {
    return this.#write([make(this.history.last + 1)]);
  }

  async #write(operations: readonly FileOperation[]): Promise<void> {
    if (operations.length > 0) await this.#record(operations);
    for (const operation of operations) this.history.take(operation);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
