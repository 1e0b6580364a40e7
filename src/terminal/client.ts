import { ClustrError } from "../contract/error.ts";
import type { TerminalChunk, TerminalExit, TerminalHost, TerminalInfo, TerminalSpec } from "../core/ports/terminal.ts";
import { type Connection, endOf } from "./connection.ts";
import { Hosts, REACH } from "./hosts.ts";
import { type Orphan, WRITE_LIMIT } from "./link.ts";

export interface TerminalHostOptions {
  /** Clustr's data folder. */
  home: string;
  /** Short private folder for sockets. */
  runtimeDir: string;
  /** The server's unix socket, where the agents' door passes calls on to. */
  doorTarget: string;
  /** Release of this program: new terminals go to a host of the same release. */
  version: string;
  /** Lets go of the host when it aborts; terminals go on. */
  signal: AbortSignal;
  log: (message: string, details?: Record<string, unknown>) => void;
  /** How long a host that has no terminals and no client stays, ms. Default 60 s. */
  idleMs?: number;
}

/** The terminal host of a home, and what its predecessors left behind. */
export interface TerminalHostClient extends TerminalHost {
  /** Programs still running whose host died: `kill(id)` ends them. */
  orphans(): Promise<Orphan[]>;
  /** The agents' doors of all living hosts, as last known, the current one first. One server answers behind all of them. */
  doors(): { port: number; target: string }[];
}

/** What ending a process tree may take beyond its grace, ms. */
const KILL_EXTRA = 15_000;

/**
 * Connects to the terminal host of a home, starting it when there is none. A host of another release is left to serve the
 * terminals it has, and ends itself after the last; calls about a terminal go to the host that has it.
 */
export async function connectTerminalHost(options: TerminalHostOptions): Promise<TerminalHostClient> {
  const { home, runtimeDir, doorTarget, version, idleMs = 60_000 } = options;
  const hosts = new Hosts({ home, runtimeDir, doorTarget, version, idleMs }, options.log);
  const client = new Client(hosts);
  await hosts.reach();
  options.signal.addEventListener("abort", () => hosts.close());
  if (options.signal.aborted) hosts.close();
  return client;
}

class Client implements TerminalHostClient {
  readonly #hosts: Hosts;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  async ensure(spec: TerminalSpec): Promise<TerminalInfo> {
    return this.#again(async (current, older) => {
      for (const host of older) {
        const there = await host.call("info", { id: spec.id }).catch(unlessMissing);
        if (there) return there;
      }
      return current.call("ensure", { spec }, REACH * 2);
    });
  }

  async list(): Promise<TerminalInfo[]> {
    return this.#again(async (current, older) => {
      const lists = await Promise.all([current, ...older].map((host) => host.call("list", {})));
      return [...new Map(lists.reverse().flatMap((list) => list.map((info) => [info.id, info]))).values()];
    });
  }

  info(id: string): Promise<TerminalInfo | undefined> {
    return this.#onOwner((host) => host.call("info", { id })).catch(unlessMissing);
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > WRITE_LIMIT)
      throw new ClustrError(
        "too_large",
        `One call may hand over 1 MB of input, this was ${bytes.length} bytes. Nothing was written; send it in parts.`,
      );
    // Not repeated when the connection breaks: the program may have got it.
    const { current, older } = await this.#hosts.reach();
    await onOwner([current, ...older], (host) => host.write(id, bytes));
  }

  async resize(id: string, cols: number, rows: number): Promise<void> {
    await this.#onOwner((host) => host.call("resize", { id, cols, rows }));
  }

  async *follow(id: string, from: number, signal: AbortSignal): AsyncGenerator<TerminalChunk> {
    let cursor = from;
    let epoch: string | undefined;
    const check = (info: TerminalInfo) => {
      epoch ??= info.epoch;
      if (info.epoch !== epoch)
        throw new ClustrError("not_found", `Terminal ${id} has ended with its host; another one has its id now.`);
    };
    while (!signal.aborted) {
      const { current, older } = await this.#hosts.reach();
      // Where there is only one, following says itself whether it has the terminal: one way to the host and back less.
      const host =
        older.length === 0 ? current : await this.#onOwner(async (one) => (check(await one.call("info", { id })), one));
      try {
        for await (const chunk of host.follow(id, cursor, signal, check)) {
          cursor = endOf(chunk);
          yield chunk;
          if (chunk.type === "exit") return;
        }
      } catch (error) {
        if (!host.closed) throw error; // Otherwise go on where it broke.
      }
    }
  }

  async exited(id: string, signal: AbortSignal): Promise<TerminalExit> {
    for (;;) {
      signal.throwIfAborted();
      const exit = await this.#onOwner((host) => exitAt(host, id, signal));
      if (exit) return exit;
    }
  }

  kill(id: string, graceMs: number): Promise<{ survivors: number[] }> {
    return this.#onOwner((host) => host.call("kill", { id, graceMs }, graceMs + KILL_EXTRA));
  }

  async forget(id: string): Promise<void> {
    await this.#onOwner((host) => host.call("forget", { id }));
  }

  orphans(): Promise<Orphan[]> {
    return this.#again((current) => current.call("orphans", {}));
  }

  doors(): { port: number; target: string }[] {
    return this.#hosts.known().map(({ doorPort, doorTarget }) => ({ port: doorPort, target: doorTarget }));
  }

  doorPort(): Promise<number> {
    return this.#again(async (current) => {
      // Asked, not remembered: of a host that has just died, an agent would get a door that nobody opens any more.
      await current.call("list", {});
      return current.host.doorPort;
    });
  }

  async shutdown(graceMs: number): Promise<{ ended: number; survivors: number[] }> {
    const { current, older } = await this.#hosts.reach();
    const results = await Promise.all(
      [current, ...older].map(async (host) => {
        const result = await host.call("shutdown", { graceMs }, graceMs + KILL_EXTRA).catch((error: unknown) => {
          // An older host leaves by itself when its last terminal has ended, which may be this very moment.
          if (host === current || !host.closed) throw error;
          return { ended: 0, survivors: [] };
        });
        await closed(host);
        return result;
      }),
    );
    this.#hosts.close();
    return {
      ended: results.reduce((sum, one) => sum + one.ended, 0),
      survivors: results.flatMap((one) => one.survivors),
    };
  }

  close(): Promise<void> {
    this.#hosts.close();
    return Promise.resolve();
  }

  /** For calls that may be repeated: does so, for at most 5 s, when a host went away meanwhile. */
  async #again<T>(use: (current: Connection, older: Connection[]) => Promise<T>): Promise<T> {
    for (const until = performance.now() + REACH; ;) {
      const { current, older } = await this.#hosts.reach();
      try {
        return await use(current, older);
      } catch (error) {
        const broken = current.closed || older.some((host) => host.closed);
        if (!broken || performance.now() > until) throw error;
      }
    }
  }

  #onOwner<T>(use: (host: Connection) => Promise<T>): Promise<T> {
    return this.#again((current, older) => onOwner([current, ...older], use));
  }
}

/** Asks one host after the other until one has the terminal. */
async function onOwner<T>(hosts: Connection[], use: (host: Connection) => Promise<T>): Promise<T> {
  let missing: unknown;
  for (const host of hosts) {
    try {
      return await use(host);
    } catch (error) {
      unlessMissing(error);
      missing = error;
    }
  }
  throw missing;
}

/** Swallows `not_found`, rethrows anything else. */
function unlessMissing(error: unknown): undefined {
  if ((error as ClustrError).code !== "not_found") throw error;
  return undefined;
}

/** Waits for the exit of a terminal at one host; undefined when the connection broke first. */
async function exitAt(host: Connection, id: string, signal: AbortSignal): Promise<TerminalExit | undefined> {
  const over = Promise.withResolvers<TerminalExit | undefined>();
  over.promise.catch(() => {}); // It may be aborted while nobody waits for it yet.
  const abort = () => over.reject(signal.reason as Error);
  const broke = () => over.resolve(undefined);
  const unlisten = host.onEnded((ended, exit) => ended === id && over.resolve(exit));
  signal.addEventListener("abort", abort);
  host.closing.addEventListener("abort", broke);
  try {
    const info = await host.call("info", { id }); // After listening, so that an exit right now is not missed.
    return info.exit ?? (await over.promise);
  } finally {
    unlisten();
    signal.removeEventListener("abort", abort);
    host.closing.removeEventListener("abort", broke);
  }
}

/** Waits until a host that is ending has let go of us, at most 5 s. */
function closed(host: Connection): Promise<void> {
  return new Promise((resolve) => {
    if (host.closed) return resolve();
    const timer = setTimeout(resolve, REACH);
    host.closing.addEventListener("abort", () => (clearTimeout(timer), resolve()));
  });
}
