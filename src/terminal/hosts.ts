import { setTimeout as sleep } from "node:timers/promises";
import { ClustrError } from "../contract/error.ts";
import { Connection } from "./connection.ts";
import { type HostRecord, isAlive, readHosts } from "./generation.ts";
import { type HostOptions, type Launch, launchHost } from "./launch.ts";
import { LINK_PROTOCOL, SPOKEN_PROTOCOLS } from "./link.ts";

/** How long a host may take to be found or started, ms. */
export const REACH = 5_000;
/** Between two looks for a host that is starting, ms. */
const LOOK = 20;

/** The living hosts of a home: the current one, which takes new terminals, and older generations that still have some. */
export interface Reached {
  current: Connection;
  /** Newest first. */
  older: Connection[];
}

/** Finds, starts and stays connected to the terminal hosts of a home. */
export class Hosts {
  readonly #options: HostOptions;
  readonly #log: (message: string, details?: Record<string, unknown>) => void;
  #reached: Reached | undefined;
  #reaching: Promise<Reached> | undefined;
  #closed = false;

  constructor(options: HostOptions, log: (message: string, details?: Record<string, unknown>) => void) {
    this.#options = options;
    this.#log = log;
  }

  /** The hosts as they are now; starts the current one if need be. Rejects with `unavailable` after `REACH`. */
  async reach(): Promise<Reached> {
    if (this.#closed) throw new ClustrError("unavailable", "This connection to the terminal host was closed.");
    const known = this.#reached;
    if (known && !known.current.closed && !known.older.some((one) => one.closed)) return known;
    this.#reaching ??= this.#find().finally(() => (this.#reaching = undefined));
    return this.#reaching;
  }

  /** The hosts as they were last found, the current one first. */
  known(): HostRecord[] {
    const { current, older = [] } = this.#reached ?? {};
    return current ? [current.host, ...older.map((one) => one.host)] : [];
  }

  close(): void {
    this.#closed = true;
    const { current, older } = this.#reached ?? {};
    for (const one of [current, ...(older ?? [])]) one?.close();
  }

  async #find(): Promise<Reached> {
    const open = [this.#reached?.current, ...(this.#reached?.older ?? [])].filter(
      (one) => one && !one.closed,
    ) as Connection[];
    const until = performance.now() + REACH;
    let launch: Launch | undefined;
    for (;;) {
      for (const record of await readHosts(this.#options.home)) {
        if (open.some((one) => one.host.epoch === record.epoch)) continue;
        const connection = await this.#connect(record);
        if (connection) open.push(connection);
      }
      open.sort((a, b) => b.host.generation - a.host.generation);
      const current = open.find((one) => !one.closed && this.#isOurs(one.host));
      if (current)
        return this.#settle(
          current,
          open.filter((one) => one !== current && !one.closed),
        );
      const failure = launch?.ended?.failure;
      if (failure || performance.now() > until) {
        throw new ClustrError(
          "unavailable",
          `The terminal host did not start: ${failure ?? "it was not ready within 5 s"}. Agents that run are not affected; see host.log in the host folder of Clustr's home, then try again.`,
        );
      }
      if (!launch || launch.ended) launch = await launchHost(this.#options); // The one that was there first may have ended as well.
      await sleep(LOOK);
    }
  }

  async #connect(record: HostRecord): Promise<Connection | undefined> {
    if (!SPOKEN_PROTOCOLS.includes(record.protocol)) {
      this.#log("a terminal host speaks a protocol unknown to this version; its terminals go on but cannot be shown", {
        pid: record.pid,
        version: record.version,
      });
      return undefined;
    }
    if (!(await isAlive(record))) return undefined;
    return Connection.open(record, this.#options.version).catch((error: unknown) => {
      this.#log("a terminal host is not to be reached", { pid: record.pid, error: String(error) });
      return undefined;
    });
  }

  async #settle(current: Connection, older: Connection[]): Promise<Reached> {
    if (this.#closed) {
      for (const one of [current, ...older]) one.close();
    }
    await Promise.all(older.map((one) => one.call("retire", {}).catch(() => {})));
    this.#reached = { current, older };
    return this.#reached;
  }

  #isOurs(host: HostRecord): boolean {
    return host.version === this.#options.version && host.protocol === LINK_PROTOCOL;
  }
}
