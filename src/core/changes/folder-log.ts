import type { Agent } from "../../contract/agent.ts";
import { terminalId } from "../runs/terminals.ts";
import { shownPath } from "../../contract/files.ts";
import { appendPatiently } from "../append.ts";
import { Attribution } from "../attribution/attribution.ts";
import { agentAuthor, oneOf, PERSON } from "../attribution/author.ts";
import { sameState } from "../attribution/same-state.ts";
import { systemEntry } from "../entry.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { CutRestore, FolderStore, Snapshot } from "../ports/snapshots.ts";
import { prune } from "./prune.ts";
import { filesAtEnd, readLog, recorder, SNAPSHOTS } from "./log.ts";

/** Milliseconds between two looks at a folder while agents work in it; more where a look takes long. */
const LOOK_MS = 2_000;
const LOOK_SHARE = 10;

/** After so many runs old snapshots are forgotten. */
const PRUNE_EVERY = 10;

export interface FolderLogParts {
  ledger: Ledger;
  live: LiveView;
  /** Opens what keeps the folder's contents. Rejects when the folder cannot be kept, e.g. without git. */
  openStore(): Promise<FolderStore>;
  newId(): string;
  /** Milliseconds of a clock that never jumps. */
  ticks(): number;
  log(message: string, details?: Record<string, unknown>): void;
}

/** What is kept of a folder that is followed. */
interface Followed {
  store: FolderStore;
  engine: Attribution;
}

/** Names of moments in the operation log. */
export const startOf = (agent: Pick<Agent, "id" | "run">): string => `start ${terminalId(agent)}`;
export const endOf = (agent: Pick<Agent, "id" | "run">): string => `end ${terminalId(agent)}`;

/**
 * Follows a workspace's folder from the first agent on: before that nothing is read. Keeps its snapshots and the log of
 * who changed what, and goes on with both after a restart.
 */
export class FolderLog {
  readonly #parts: FolderLogParts;
  readonly #signal: AbortSignal;
  #opening: Promise<Followed> | undefined;
  /** Agents that were alive when the server went away: what changed since then may be theirs, though they have ended by now. */
  readonly #before: readonly Agent[];
  #looking: Promise<void> | undefined;
  /** By agent at work when the server started, until its turn ends: the log's end before what was missed. */
  readonly #missed = new Map<string, number>();
  /** Runs begun since the server started. */
  #begun = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: FolderLogParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
    this.#before = Object.values(parts.live.current().agents).filter(
      (agent) => agent.live && !agent.external && agent.status !== "spawning",
    );
    signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true });
  }

  /** Whether anything has been followed yet. */
  get begun(): boolean {
    return this.#opening !== undefined;
  }

  /** Since when a call of this agent that nobody told of can have run; undefined when none can. */
  missedSince(agent: string): number | undefined {
    return this.#missed.get(agent);
  }

  /** Opens store and log, or gives those that are open. Rejects with the reason; the next call tries again. */
  open(): Promise<Followed> {
    if (!this.#opening) {
      this.#opening = this.#open();
      this.#opening.then(
        () => this.#lookLater(LOOK_MS),
        () => (this.#opening = undefined),
      );
    }
    return this.#opening;
  }

  /** Goes on after a restart of the server, if there is something to go on with. */
  async goOn(): Promise<void> {
    const [taken] = await this.#parts.ledger.read({ subject: SNAPSHOTS, newest: true, limit: 1 });
    if (taken) await this.open();
  }

  /** Takes a snapshot and records it. */
  async snapshot(label: string, agent?: Agent): Promise<Snapshot> {
    const { store, engine } = await this.open();
    // What the snapshot is the first to see would never be recorded if the server died before the next look.
    // One look for all who want a snapshot now, so that they can share that one as well.
    await (this.#looking ??= engine.look().finally(() => (this.#looking = undefined)));
    const position = engine.history.last;
    const snapshot = await store.take(label, this.#signal);
    const of = agent && { agent: agent.id, run: agent.run };
    const data = { id: snapshot.id, label, skipped: snapshot.skipped.length, position, ...of };
    const { ledger, newId, live } = this.#parts;
    const entry = systemEntry({ type: "snapshot.taken", data }, SNAPSHOTS, newId());
    const event = await appendPatiently(ledger, entry, this.#signal);
    await live.reached(event.seq);
    return snapshot;
  }

  /** Keeps the folder's state before a run starts, and marks the moment. */
  async begin(agent: Agent): Promise<void> {
    await this.snapshot(`before agent ${agent.name}`, agent);
    const opened = await this.open();
    await opened.engine.mark(startOf(agent));
    this.#begun += 1;
    if (this.#begun % PRUNE_EVERY === 0)
      prune(opened, this.#parts.ledger, {}, this.#parts.newId()).catch((error: unknown) => this.#failed(error));
  }

  /** The process of a run has ended: every call of it is over. */
  async end(agent: Pick<Agent, "id" | "run">): Promise<void> {
    if (!this.begun) return;
    const { engine } = await this.open();
    await engine.closeAll(agent.id);
    await engine.mark(endOf(agent));
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const open = await this.#opening?.catch(() => undefined);
    await open?.store.close();
  }

  async #open(): Promise<Followed> {
    const { ledger, live, openStore, newId } = this.#parts;
    const store = await openStore();
    const operations = await readLog(ledger);
    const files = await filesAtEnd(ledger, store, operations);
    const record = recorder({ ledger, view: live.current, newId }, this.#signal);
    const engine = new Attribution({ tree: store.tree, blobs: store.blobs, operations, files, record });
    const someone = oneOf([PERSON, ...this.#before.map(({ id }) => agentAuthor(id))]);
    const cut = await store.cutShort();
    const made = new Map(cut?.changes.map(({ path, after }) => [path, after]));
    const { last } = engine.history;
    // What a restore that the crash cut short has made is the person's.
    await engine.start(({ path, after }) => (made.has(path) && sameState(made.get(path), after) ? PERSON : someone));
    if (cut) await this.#settle(store, cut);
    live.watch((event) => {
      if (event.type !== "agent.status" || event.data.status !== "done") return;
      this.#missed.delete(event.data.id);
      engine.close(missedCall(event.data)).catch((error: unknown) => this.#failed(error));
    });
    // What began before a restart is not known: until a turn ends, what changes may be its agent's. It may have ended by now.
    for (const { id, run } of this.#before) {
      const agent = live.current().agents[id];
      if (agent?.run !== run || !agent.live || agent.status !== "running") continue;
      this.#missed.set(id, last);
      await engine.open({ call: missedCall(agent), agent: id, author: oneOf([PERSON, agentAuthor(id)]) });
    }
    return { store, engine };
  }

  /** Records a restore that a crash cut short, so that what came of it can be undone. */
  async #settle(store: FolderStore, cut: CutRestore): Promise<void> {
    const { ledger, newId } = this.#parts;
    const { id, restored } = await store.settle(cut);
    const planned = new Set(cut.changes.map(({ path }) => path));
    const missing = await store.diff(id, cut.target);
    const left = missing.map(({ path }) => path).filter((path) => planned.has(path));
    const data = { id, target: cut.target, before: restored?.before ?? cut.before, done: planned.size - left.length };
    const fact = { type: "snapshot.restored" as const, data: { ...data, left: left.map(shownPath) } };
    const entry = { ...fact, id: newId(), actor: { kind: "human" as const }, subject: SNAPSHOTS };
    await appendPatiently(ledger, entry, this.#signal);
  }

  /** So that changes are shown while they happen; what is told of them does not depend on it. */
  #lookLater(ms: number): void {
    if (this.#signal.aborted) return;
    this.#timer = setTimeout(() => void this.#look(), ms).unref();
  }

  async #look(): Promise<void> {
    const began = this.#parts.ticks();
    const busy = Object.values(this.#parts.live.current().agents).some(
      ({ live, status }) => live && status === "running",
    );
    if (busy)
      await this.open()
        .then(({ engine }) => engine.look())
        .catch((error: unknown) => this.#failed(error));
    this.#lookLater(Math.max(LOOK_MS, (this.#parts.ticks() - began) * LOOK_SHARE));
  }

  #failed(error: unknown): void {
    if (!this.#signal.aborted) this.#parts.log("The folder could not be followed", { error: String(error) });
  }
}

function missedCall({ id, run }: Pick<Agent, "id" | "run">): string {
  return `${terminalId({ id, run })} before the restart`;
}
