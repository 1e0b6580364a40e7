import { execFile } from "node:child_process";
import { access, constants, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { ClustrError } from "../contract/error.ts";
import type { Detection } from "../core/ports/service.ts";

/** Milliseconds one question to a program may take: a cold start from a slow disk takes seconds, `Service.detect` has ten. */
const ANSWER_MS = 8_000;
/** Bytes of an answer that are read; a help text has some 10,000. */
const ANSWER_BYTES = 1_000_000;
/** Program files whose answers are remembered, oldest forgotten first: a machine has few installations. */
const REMEMBERED = 20;

/** The first executable file of one of these names that a shell with this PATH would find; absolute. Undefined when there is none. */
export async function findOnPath(path: string | undefined, names: readonly string[]): Promise<string | undefined> {
  for (const folder of (path ?? "").split(delimiter)) {
    // A relative entry would depend on the folder the server was started in.
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const found = join(folder, name);
      if (await isExecutable(found)) return found;
    }
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** A question to a program about itself, e.g. for its version. */
export type Asking<T> = (program: string, env: Record<string, string>, signal: AbortSignal) => Promise<T>;

/** What a program prints on standard output when it is given one flag; what there is of it when it fails or takes too long. Rejects only once the signal aborts. */
export async function printed(
  program: string,
  flag: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<string> {
  const limits = { timeout: ANSWER_MS, killSignal: "SIGKILL", maxBuffer: ANSWER_BYTES } as const;
  try {
    return (await promisify(execFile)(program, [flag], { env, signal, ...limits })).stdout;
  } catch (error) {
    signal.throwIfAborted();
    return (error as { stdout?: string }).stdout ?? "";
  }
}

/** The same question, asked once per program file and its time of change. An answer that is not `whole` may be next time, and is not kept. */
export function askedOnce<T>(ask: Asking<T>, whole: (answer: T) => boolean): Asking<T> {
  const known = new Map<string, T>();
  return async (program, env, signal) => {
    const file = await realpath(program);
    const key = `${file}@${(await stat(file)).mtimeMs}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = await ask(program, env, signal);
    if (whole(answer)) known.set(key, answer);
    for (const oldest of known.keys()) if (known.size > REMEMBERED) known.delete(oldest);
    return answer;
  };
}

/** The first `major.minor.patch` in a text. */
export function versionIn(text: string): string | undefined {
  return /\d+\.\d+\.\d+/.exec(text)?.[0];
}

/** Whether one `major.minor.patch` comes before another. */
export function isOlder(version: string, than: string): boolean {
  const [have, want] = [version, than].map((text) => text.split(".").map(Number));
  const place = [0, 1, 2].find((at) => have?.[at] !== want?.[at]);
  return place !== undefined && (have?.[place] ?? 0) < (want?.[place] ?? 0);
}

/** The absolute path of a tool that can run agents. @throws ClustrError `unavailable` with what is wrong, and the remedy, when it cannot. */
export function usable({ title, path, findings }: Detection): string {
  const fatal = findings.find((finding) => finding.fatal);
  if (fatal) throw new ClustrError("unavailable", `${fatal.problem} ${fatal.remedy}`);
  if (path === undefined) throw new ClustrError("unavailable", `${title} cannot be used. Run \`clustr doctor\`.`);
  return path;
}
