import { readdir, readFile, readlink } from "node:fs/promises";

/** A process as Linux shows it. */
export interface Seen {
  pid: number;
  /** Its arguments, separated by spaces. */
  line: string;
  /** Its environment as it was at its start; empty when that is another user's. */
  environment: string;
}

/** Processes that have this path in their arguments, environment or working folder: all that a stand has started. */
export async function processesOf(path: string): Promise<Seen[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(all.filter((pid) => pid !== process.pid).map(look));
  return found.flatMap(({ seen, cwd }) =>
    `${seen.line}\0${seen.environment}\0${cwd}`.includes(path) && seen.line !== "" ? [seen] : [],
  );
}

async function look(pid: number): Promise<{ seen: Seen; cwd: string }> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
  const line = (await read("cmdline")).replaceAll("\0", " ").trim();
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
  return { seen: { pid, line, environment: await read("environ") }, cwd };
}
