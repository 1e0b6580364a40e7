import { chmod, link, mkdir, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { startOf } from "./host/processes.ts";

/** A terminal host as it is recorded on disk, in `<home>/host/<generation>.json`, 0600. A later host has a higher generation. */
export interface HostRecord {
  generation: number;
  pid: number;
  /** When the process started, as the system counts it; tells it from a later one with the same pid. Empty where that is not known. */
  start: string;
  version: string;
  protocol: number;
  /** Absolute path of its socket. */
  socket: string;
  doorPort: number;
  /** Where its door passes agents' calls on to. */
  doorTarget: string;
  /** Names this very host. */
  epoch: string;
}

/** The hosts' folder in a home: their records, their log, and `terminals/` with a record of each terminal. */
export function hostFolder(home: string): string {
  return join(home, "host");
}

/** Makes a folder only its owner can enter. */
export async function privateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Every recorded host, living or not, newest first. */
export async function readHosts(home: string): Promise<HostRecord[]> {
  const names = await readdir(hostFolder(home)).catch(() => []);
  const records = await Promise.all(
    names
      .filter((name) => /^\d+\.json$/.test(name))
      .map(async (name) => {
        try {
          return [JSON.parse(await readFile(join(hostFolder(home), name), "utf8")) as HostRecord];
        } catch {
          return []; // It ended in this very moment.
        }
      }),
  );
  return records.flat().sort((a, b) => b.generation - a.generation);
}

/** Whether a host still lives. A stopped or overloaded one does; only a refused connection or another process proves the opposite. */
export async function isAlive(record: HostRecord): Promise<boolean> {
  return (startOf(record.pid) ?? "") === record.start && (await answers(record.socket));
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(socket);
    const settle = (alive: boolean) => {
      clearTimeout(timer);
      probe.destroy();
      resolve(alive);
    };
    const timer = setTimeout(() => settle(true), 2_000);
    probe.once("connect", () => settle(true));
    probe.once("error", (error: NodeJS.ErrnoException) =>
      settle(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}

/**
 * Records a host that is ready to serve, under the next free generation. Undefined when a living host of the same version
 * is there already: the caller should end. Numbers are claimed by an exclusive link, so two hosts starting at once cannot
 * both win, and no record is ever replaced.
 */
export async function claimGeneration(
  home: string,
  host: Omit<HostRecord, "generation">,
): Promise<HostRecord | undefined> {
  const folder = hostFolder(home);
  for (;;) {
    const others = await readHosts(home);
    for (const other of others) {
      if (other.version === host.version && other.protocol === host.protocol && (await isAlive(other)))
        return undefined;
    }
    const record = { ...host, generation: (others[0]?.generation ?? 0) + 1 };
    const draft = join(folder, `${host.epoch}.draft`);
    await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
    try {
      await link(draft, join(folder, `${record.generation}.json`));
      return record;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      await unlink(draft);
    }
  }
}

/** Removes a host's record and socket. Only for one's own, or one that `isAlive` says is dead. */
export async function dropGeneration(home: string, record: HostRecord): Promise<void> {
  await rm(record.socket, { force: true });
  await rm(join(hostFolder(home), `${record.generation}.json`), { force: true });
}
