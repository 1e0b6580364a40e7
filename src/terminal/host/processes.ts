import { readdirSync, readFileSync } from "node:fs";

/*
 * What the system knows about processes, from /proc. On macOS the same facts come from `ps -axo pid,ppid,sess,lstart` and
 * `ps -E`; since the host must not use child_process (children would inherit pty masters), `ps` would run in a pty of its
 * own like any other program, and these functions would become asynchronous. Nothing else in the host reads /proc.
 */

/** Name of the environment variable that marks everything started in a terminal: `<host epoch>:<terminal id>`. */
export const TAG = "CLUSTR_TERMINAL";

export interface Process {
  pid: number;
  parent: number;
  session: number;
  /** Start time in clock ticks since boot: with the pid, names a process for ever. */
  start: string;
}

/** The process with this pid, or undefined when there is none or it is dead and only waits to be reaped. */
export function processOf(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const [state, parent, , session, ...more] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const start = more[15];
  if (start === undefined || state === "Z" || state === "X") return undefined;
  return { pid, parent: Number(parent), session: Number(session), start };
}

/** Start time of a living process. */
export function startOf(pid: number): string | undefined {
  return processOf(pid)?.start;
}

/** Every living process. */
export function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** The terminal tag a process was started with; undefined when it has none or belongs to another user. */
export function tagOf(pid: number): string | undefined {
  let environment: string;
  try {
    environment = readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return undefined;
  }
  return environment
    .split("\0")
    .find((entry) => entry.startsWith(`${TAG}=`))
    ?.slice(TAG.length + 1);
}

/** Signals exactly this process, never a later one that was given its pid. */
export function signal(target: Process, name: NodeJS.Signals): void {
  if (startOf(target.pid) !== target.start) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It has just ended, or changed its user; whoever counts survivors will see.
  }
}
