import { randomBytes } from "node:crypto";
import { rmdir } from "node:fs/promises";
import { ClustrError } from "../../contract/error.ts";
import type { TerminalInfo, TerminalSpec } from "../../core/ports/terminal.ts";
import { isAlive, privateFolder, readHosts } from "../generation.ts";
import type { Orphan } from "../link.ts";
import { processes, tagOf } from "./processes.ts";
import { readExit, readRecord, recordedIds, recordFolder, removeRecord, type TerminalRecord } from "./record.ts";
import { removeSegments } from "./segments.ts";
import { Terminal } from "./terminal.ts";
import { endTree } from "./tree.ts";
import { checkUsable } from "./usable.ts";

/** How often living trees are looked at, ms. */
const LOOK = 3_000;
/** How long an ended program's last output may take to reach the disk before `kill` stops waiting for it, ms. */
const SETTLE = 2_000;
/** Grace for what an earlier host left running under an id that is started again, ms. */
const LEFTOVER_GRACE = 1_000;

function unknown(id: string): ClustrError {
  return new ClustrError(
    "not_found",
    `There is no terminal ${id}: it was never started, was forgotten, or its host has died.`,
  );
}

/**
 * The terminals of one host. Ended ones of hosts that are gone are taken over from disk when somebody asks; running ones
 * of a host that died are unknown here, but what is left of their programs can be listed (`orphans`) and killed.
 */
export class Terminals {
  readonly #home: string;
  readonly #epoch: string;
  readonly #log: (message: string) => void;
  readonly #onEnd: (terminal: Terminal) => void;
  readonly #known = new Map<string, Terminal>();
  readonly #starting = new Map<string, Promise<Terminal>>();
  readonly #looking: NodeJS.Timeout;
  #closed = false;

  constructor(home: string, epoch: string, log: (message: string) => void, onEnd: (terminal: Terminal) => void) {
    this.#home = home;
    this.#epoch = epoch;
    this.#log = log;
    this.#onEnd = onEnd;
    this.#looking = setInterval(() => {
      const live = [...this.#known.values()].filter((one) => one.live);
      const all = live.length > 0 ? processes() : [];
      for (const terminal of live) terminal.remember(all);
    }, LOOK);
  }

  /** How many programs run or are being started. */
  get live(): number {
    return this.#starting.size + [...this.#known.values()].filter((one) => one.live).length;
  }

  /** How many followers are being served. */
  get followed(): number {
    return [...this.#known.values()].reduce((sum, one) => sum + one.output.watched, 0);
  }

  async ensure(spec: TerminalSpec): Promise<TerminalInfo> {
    const there = this.#known.get(spec.id) ?? (await this.#starting.get(spec.id)) ?? (await this.#takeOver(spec.id));
    if (there) return there.info;
    // Nothing is awaited between the look and this entry, or two calls for one id would start two programs.
    const racing = this.#known.get(spec.id) ?? this.#starting.get(spec.id);
    const starting = racing ?? this.#start(spec);
    if (!racing) this.#starting.set(spec.id, starting as Promise<Terminal>);
    try {
      return (await starting).info;
    } finally {
      if (!racing) this.#starting.delete(spec.id);
    }
  }

  async #start(spec: TerminalSpec): Promise<Terminal> {
    if (this.#closed)
      throw new ClustrError(
        "unavailable",
        "The terminal host is ending and starts nothing new. Try again in a moment.",
      );
    await checkUsable(spec);
    const left = await readRecord(this.#home, spec.id);
    if (left) await this.#endLeftovers(left, LEFTOVER_GRACE);
    const record = { id: spec.id, epoch: randomBytes(8).toString("hex"), host: this.#epoch, journal: spec.journal };
    const terminal = await this.#open(spec, record).catch(async (error: unknown) => {
      await removeRecord(this.#home, record).catch(() => {});
      this.#log(`terminal ${spec.id} could not start: ${String(error)}`);
      const why = error instanceof Error ? error.message : String(error);
      throw new ClustrError(
        "unavailable",
        `No terminal could be made for ${spec.command}: ${why}. Nothing was started; check the disk and the folder ${spec.journal}, then try again.`,
      );
    });
    this.#known.set(spec.id, terminal);
    void terminal.ended.then(() => this.#onEnd(terminal));
    return terminal;
  }

  async #open(spec: TerminalSpec, record: TerminalRecord): Promise<Terminal> {
    await privateFolder(recordFolder(this.#home));
    await privateFolder(spec.journal);
    return Terminal.start(this.#home, spec, record, this.#log);
  }

  async list(): Promise<TerminalInfo[]> {
    for (const id of await recordedIds(this.#home)) if (!this.#known.has(id)) await this.#takeOver(id);
    return [...this.#known.values()].map((one) => one.info);
  }

  /** The terminal with this id, or `not_found`. */
  async find(id: string): Promise<Terminal> {
    const terminal = this.#known.get(id) ?? (await this.#starting.get(id)) ?? (await this.#takeOver(id));
    if (!terminal) throw unknown(id);
    return terminal;
  }

  /** The same without waiting, when it is in use here already. */
  get(id: string): Terminal | undefined {
    return this.#known.get(id);
  }

  async kill(id: string, graceMs: number): Promise<number[]> {
    const terminal = this.#known.get(id) ?? (await this.#starting.get(id)) ?? (await this.#takeOver(id));
    if (!terminal) {
      const record = await this.#deserted(id);
      if (!record) throw unknown(id);
      return this.#endLeftovers(record, graceMs);
    }
    const survivors = await endTree(terminal.tree, graceMs);
    if (survivors.length === 0) await settled([terminal]);
    return survivors;
  }

  async forget(id: string): Promise<void> {
    const terminal = this.#known.get(id) ?? (await this.#takeOver(id));
    if (terminal?.live)
      throw new ClustrError(
        "conflict",
        `The program in terminal ${id} still runs. Nothing was deleted; stop it first.`,
      );
    const record = terminal?.record ?? (await this.#deserted(id));
    if (!record) throw unknown(id);
    this.#known.delete(id);
    await removeSegments(record.journal);
    await removeRecord(this.#home, record);
    await rmdir(record.journal).catch(() => {}); // Others may keep files there.
  }

  /** Programs still running whose terminal died with its host. */
  async orphans(): Promise<Orphan[]> {
    const records = (await Promise.all((await recordedIds(this.#home)).map((id) => this.#deserted(id)))).flatMap(
      (one) => one ?? [],
    );
    if (records.length === 0) return [];
    const tags = processes().map((one) => ({ pid: one.pid, tag: tagOf(one.pid) }));
    return records
      .map((record) => ({ id: record.id, pids: tags.filter(({ tag }) => tag === tagIn(record)).map(({ pid }) => pid) }))
      .filter((orphan) => orphan.pids.length > 0);
  }

  /** Ends every program of this host and every orphan; starts nothing any more. */
  async endAll(graceMs: number): Promise<{ ended: number; survivors: number[] }> {
    this.#closed = true;
    await Promise.allSettled(this.#starting.values());
    const terminals = [...this.#known.values()];
    const live = terminals.filter((one) => one.live);
    const tags = new Set([...terminals.map((one) => tagIn(one.record)), ...(await this.#desertedTags())]);
    const survivors = await endTree(
      {
        tagged: (tag) => tags.has(tag),
        leaders: live.flatMap((one) => one.tree.leaders),
        remembered: new Map(terminals.flatMap((one) => [...one.tree.remembered])),
      },
      graceMs,
    );
    await settled(live);
    return { ended: live.filter((one) => !one.live).length, survivors };
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#looking);
  }

  /** Takes over an ended terminal from a host that is gone. */
  async #takeOver(id: string): Promise<Terminal | undefined> {
    const record = await readRecord(this.#home, id);
    const end = record && (await readExit(record.journal));
    if (!record || !end || !(await this.#isDeserted(record))) return undefined;
    const terminal = this.#known.get(id) ?? (await Terminal.reopen(record, end));
    if (!this.#known.has(id)) this.#known.set(id, terminal);
    return this.#known.get(id);
  }

  /** The record of a terminal whose host died while it ran. */
  async #deserted(id: string): Promise<TerminalRecord | undefined> {
    const record = await readRecord(this.#home, id);
    return record && !this.#known.has(id) && (await this.#isDeserted(record)) ? record : undefined;
  }

  async #desertedTags(): Promise<string[]> {
    const records = await Promise.all((await recordedIds(this.#home)).map((id) => this.#deserted(id)));
    return records.flatMap((record) => (record ? tagIn(record) : []));
  }

  async #isDeserted(record: TerminalRecord): Promise<boolean> {
    if (record.host === this.#epoch) return false;
    const owner = (await readHosts(this.#home)).find((host) => host.epoch === record.host);
    return !owner || !(await isAlive(owner));
  }

  #endLeftovers(record: TerminalRecord, graceMs: number): Promise<number[]> {
    const tag = tagIn(record);
    return endTree(
      { tagged: (one) => one === tag, leaders: record.leader ? [record.leader] : [], remembered: new Map() },
      graceMs,
    );
  }
}

function tagIn(record: TerminalRecord): string {
  return `${record.host}:${record.id}`;
}

/** Waits until ended programs' exits are on disk, at most `SETTLE`. */
async function settled(terminals: Terminal[]): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, SETTLE);
  await Promise.race([Promise.all(terminals.map((one) => one.ended)), late.promise]);
  clearTimeout(timer);
}
