import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createClient, type Client } from "../../src/client/client.ts";
import { routes } from "../../src/client/routes.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What a finished command printed. */
export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A real Clustr: its server is a process of its own that can be killed and started again. */
export interface RunningClustr extends AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  readonly pid: number;
  /** The line `clustr --json` printed when it was ready. */
  readonly ready: { url: string; login: string; workspace: string; pid: number };
  readonly client: Client;
  /** The person's token. */
  readonly token: string;
  /** Runs a command of Clustr in the project folder. */
  run(args: string[], more?: { input?: string; env?: Record<string, string> }): Promise<Ran>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Resolves when the server has ended, however that came. */
  gone(): Promise<void>;
  /** Starts it again on the same home and port. */
  restart(): Promise<void>;
}

/** How the server's process is started: the program, and what Node is told before it. */
export interface Launch {
  main: string;
  node: string[];
}

/** Starts Clustr on `folder` with data in `home`. Disposing shuts down everything, agents included. */
export async function startClustr(
  folder: string,
  home: string,
  env: Record<string, string>,
  launch: Launch = { main: MAIN, node: [] },
): Promise<RunningClustr> {
  const full = { ...env, CLUSTR_HOME: home };
  let server: ChildProcess | undefined;
  let ready: RunningClustr["ready"];
  let client: Client;
  let token = "";
  let log = "";
  let port = "0";

  const start = async (): Promise<void> => {
    const child = spawn(
      process.execPath,
      [...launch.node, launch.main, folder, "--json", "--no-open", "--port", port],
      {
        env: full,
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    server = child;
    child.stderr.on("data", (piece: Buffer) => (log = (log + piece.toString()).slice(-20_000)));
    const line = await Promise.race([
      firstLine(child),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`Clustr ended with ${String(code)}: ${log}`))),
    ]);
    ready = JSON.parse(line) as RunningClustr["ready"];
    port = new URL(ready.url).port;
    ({ token } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { token: string });
    client = createClient({ base: ready.url, token, routes, workspace: ready.workspace });
  };
  await start();

  const run: RunningClustr["run"] = (args, { input, env: more } = {}) =>
    runCommand(launch.main, args, folder, { ...full, ...more }, input);
  return {
    folder,
    home,
    get pid() {
      return ready.pid;
    },
    get ready() {
      return ready;
    },
    get client() {
      return client;
    },
    get token() {
      return token;
    },
    run,
    async kill() {
      const child = server;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
    async gone() {
      const child = server;
      if (child && child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
    restart: start,
    async [Symbol.asyncDispose]() {
      const child = server;
      const alive = child && child.exitCode === null && child.signalCode === null;
      if (!alive) await start();
      const gone = once(server as ChildProcess, "exit");
      const ended = await run(["shutdown", "--json"]);
      if (ended.code !== 0) server?.kill("SIGKILL");
      await gone;
      if (ended.code !== 0) throw new Error(`shutdown failed: ${ended.stderr}`);
    },
  };
}

function runCommand(main: string, args: string[], cwd: string, env: Record<string, string>, input = ""): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (stderr += piece.toString()));
  child.stdin.on("error", () => {}).end(input);
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    if (child.stdout) createInterface({ input: child.stdout }).once("line", resolve);
  });
}
