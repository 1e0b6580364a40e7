import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { HOST_FLAGS } from "../../../src/terminal/launch.ts";
import { readAll, sha1, terminalHome, until } from "../../suites/terminal-home.ts";
import { processorMs } from "./usage.ts";

const HOST = fileURLToPath(new URL("../../../src/terminal/host/main.ts", import.meta.url));
const NO_JOURNAL = fileURLToPath(new URL("no-journal.ts", import.meta.url));
/** Programs that print and exit at the same time. */
const AT_ONCE = 8;
/** Runs of one measurement until one counts. */
const TRIES = 5;

/** What a terminal makes of a file's line ends. */
export async function printed(file: string): Promise<Buffer> {
  return Buffer.from((await readFile(file, "latin1")).replaceAll("\n", "\r\n"), "latin1");
}

/** Runs programs that print a file and exit at once, several at a time; how many lost a byte, or brought another. */
export async function exits(file: string, count: number): Promise<number> {
  const home = terminalHome();
  try {
    const host = await home.connect();
    const whole = sha1(await printed(file));
    const runs = Array.from({ length: count }, (_, at) => `exit.${at}`);
    let broken = 0;
    const worker = async (): Promise<void> => {
      for (let id = runs.pop(); id !== undefined; id = runs.pop()) {
        await host.ensure(home.script(id, "", { args: ["-c", 'exec cat "$0"', file] }));
        // One who reads along, and one who comes when it is over.
        const live = await readAll(host, id);
        const later = await readAll(host, id);
        if (sha1(live.bytes) !== whole || sha1(later.bytes) !== whole) broken++;
        await host.forget(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return broken;
  } finally {
    await home.end();
  }
}

/** Prints a file at 10 MB/s: slow enough for a follower that reads along. */
const PACED = `
const text = require("fs").readFileSync(process.argv[1]);
let at = 0;
const clock = setInterval(() => {
  process.stdout.write(text.subarray(at, (at += 100_000)));
  if (at >= text.length) clearInterval(clock);
}, 10);`;

/** Milliseconds of processor time that a terminal host takes for a program that prints a file, with one follower. */
export async function hostCost(file: string, journal: boolean): Promise<number> {
  for (let run = 0; run < TRIES; run++) {
    const cost = await costOfOne(file, journal);
    if (cost !== undefined) return cost;
  }
  throw new Error("The follower fell behind in every run: this machine is too busy to say what a journal costs.");
}

/** Undefined when the follower did not get everything: without a journal, what the ring has dropped is gone. */
async function costOfOne(file: string, journal: boolean): Promise<number | undefined> {
  const home = terminalHome();
  const { home: path, runtimeDir } = home;
  const options = { home: path, runtimeDir, doorTarget: `${runtimeDir}/d.sock`, version: "1.0.0", idleMs: 5_000 };
  const flags = journal ? [] : ["--import", NO_JOURNAL];
  const child = spawn(process.execPath, [...HOST_FLAGS, ...flags, HOST, JSON.stringify(options)], { stdio: "ignore" });
  try {
    await until("a host", () => {
      try {
        return home.hosts().some(({ pid }) => pid === child.pid);
      } catch {
        return false; // It has no folder yet.
      }
    });
    const host = await home.connect();
    const before = processorMs(child.pid ?? 0);
    await host.ensure(home.script("cost.1", "", { command: process.execPath, args: ["-e", PACED, file] }));
    const { bytes } = await readAll(host, "cost.1");
    const cost = processorMs(child.pid ?? 0) - before;
    return bytes.length === (await printed(file)).length ? cost : undefined;
  } finally {
    const gone = once(child, "exit");
    await home.end();
    await gone;
  }
}
