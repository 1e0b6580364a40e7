import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readHosts } from "../../../src/terminal/generation.ts";
import { startClustr, type RunningClustr } from "../../rig/clustr.ts";
import { cleanEnv, scratch } from "../../rig/rig.ts";

/** Clustr as people run it: built, by the file that is on their PATH. */
const MAIN = fileURLToPath(new URL("../../../bin/clustr.js", import.meta.url));
const PRINTER = fileURLToPath(new URL("printer.ts", import.meta.url));
const LIMITS = { live_agents: 100, spawns_per_minute: 600, messages_per_minute: 6_000, exchange_length: 1_000 };
/** How long an agent may take until it has its terminal. */
const START_MS = 60_000;

/** Coloured lines as a build prints them, `bytes` long as a terminal prints them: a line's end is two bytes there. */
export async function linesFile(path: string, bytes: number): Promise<string> {
  let text = "";
  for (let line = 0, printed = 0; printed < bytes; line++) {
    const coloured = `\x1b[3${line % 8}m${String(line).padStart(8)}\x1b[0m compiling src/module-${line}.ts ${".".repeat(line % 50)}`;
    const next = coloured.slice(0, Math.max(0, bytes - printed - 2));
    text += `${next}\n`;
    printed += next.length + 2;
  }
  await writeFile(path, text);
  return path;
}

/** A built Clustr whose agents only wait: what their terminals print comes from programs outside. */
export interface Printing extends AsyncDisposable {
  readonly clustr: RunningClustr;
  /** A folder for whatever is needed. */
  readonly folder: string;
  /** Starts agents until there are so many; their names. */
  agents(count: number): Promise<string[]>;
  /** Lets `cat` print a file into an agent's terminal. */
  cat(name: string, file: string): void;
  /** Prints the next `bytes` of a file into the terminals of agents every `ms`, until it is disposed. */
  print(names: string[], file: string, bytes: number, ms: number): AsyncDisposable;
  /** Processes of server and terminal host. */
  pids(): Promise<{ server: number; host: number }>;
}

/** @param node what Node is told before the server's program */
export async function printingClustr(node: string[] = []): Promise<Printing> {
  await using building = new AsyncDisposableStack();
  const place = building.use(await scratch());
  const folder = await place.folder("shop");
  const home = await place.folder("data");
  const env = cleanEnv(await place.folder("home"));
  const clustr = building.use(await startClustr(folder, home, env, { main: MAIN, node }));
  await clustr.client.call("limits.set", LIMITS);
  const started: string[] = [];
  const ttys = new Map<string, string>();

  async function start(name: string): Promise<void> {
    const file = join(folder, `${name}.tty`);
    const task = JSON.stringify([{ run: `readlink /proc/$PPID/fd/1 > ${name}.new; mv ${name}.new ${name}.tty` }]);
    await clustr.client.call("agent.spawn", { name, task, service: "script", autonomy: "full" });
    for (const end = Date.now() + START_MS; !existsSync(file); await wait(50))
      if (Date.now() > end) throw new Error(`${name} got no terminal.`);
    ttys.set(name, (await readFile(file, "utf8")).trim());
  }

  const ttyOf = (name: string): string => ttys.get(name) ?? "";
  const parts = building.move();
  return {
    clustr,
    folder,
    async agents(count) {
      // A few at once: more would only wait for one another.
      while (started.length < count) {
        const next = Array.from({ length: Math.min(5, count - started.length) }, (_, at) => `t-${started.length + at}`);
        await Promise.all(next.map(start));
        started.push(...next);
      }
      return started.slice(0, count);
    },
    cat(name, file) {
      spawn("/bin/sh", ["-c", 'exec cat "$0" > "$1"', file, ttyOf(name)], { stdio: "ignore" });
    },
    print(names, file, bytes, ms) {
      const child = spawn(process.execPath, [PRINTER, file, String(bytes), String(ms), ...names.map(ttyOf)], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      return {
        async [Symbol.asyncDispose]() {
          if (child.exitCode !== null) throw new Error("the printer ended by itself");
          const gone = once(child, "exit");
          child.kill("SIGKILL");
          await gone;
        },
      };
    },
    async pids() {
      const [host] = await readHosts(home);
      if (!host) throw new Error("There is no terminal host.");
      return { server: clustr.pid, host: host.pid };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
