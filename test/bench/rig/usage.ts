import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** What a process took of the machine over some time. Linux only: read from /proc. */
export interface Usage {
  /** Percent of one core. */
  cpu: number;
  /** Times per second that any of its threads went to sleep, and so was woken. */
  wakeups: number;
  /** Resident memory at the end, in MB. */
  resident: number;
}

const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Usage of several processes over the same time. */
export async function usageOf<T extends string>(pids: Record<T, number>, seconds: number): Promise<Record<T, Usage>> {
  const names = Object.keys(pids) as T[];
  const look = () => new Map(names.map((name) => [name, lookAt(pids[name])]));
  const before = look();
  const began = performance.now();
  await wait(seconds * 1_000);
  const after = look();
  const took = (performance.now() - began) / 1_000;
  const usage = (name: T): Usage => {
    const [from, to] = [before.get(name), after.get(name)];
    if (!from || !to) throw new Error(`${name} was not looked at.`);
    return {
      cpu: ((to.ticks - from.ticks) / TICKS / took) * 100,
      wakeups: (to.sleeps - from.sleeps) / took,
      resident: to.resident,
    };
  };
  return Object.fromEntries(names.map((name) => [name, usage(name)])) as Record<T, Usage>;
}

/** Processor time a process has taken so far, ms. */
export function processorMs(pid: number): number {
  return (lookAt(pid).ticks / TICKS) * 1_000;
}

/** Its resident memory now, MB. */
export function residentMb(pid: number): number {
  return lookAt(pid).resident;
}

function lookAt(pid: number): { ticks: number; sleeps: number; resident: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name stands in brackets and may hold anything; what follows its end is counted from the third field on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const sleeps = readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + numberIn(readFileSync(`/proc/${pid}/task/${task}/status`, "utf8"), "voluntary_ctxt_switches"),
    0,
  );
  return {
    ticks: Number(fields[11]) + Number(fields[12]),
    sleeps,
    resident: (numberIn(status, "VmRSS") * 1_024) / 1e6,
  };
}

function numberIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN);
}
