import { randomBytes } from "node:crypto";
import { chmod, rm, rmdir } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import {
  claimGeneration,
  dropGeneration,
  hostFolder,
  type HostRecord,
  isAlive,
  privateFolder,
  readHosts,
} from "../generation.ts";
import type { HostOptions } from "../launch.ts";
import { encodeJson, LINK_PROTOCOL } from "../link.ts";
import { openDoor } from "./door.ts";
import { closeInherited } from "./inherited.ts";
import { startOf } from "./processes.ts";
import { serveClient, type Serving } from "./serve.ts";
import { Terminals } from "./terminals.ts";

/*
 * The terminal host: a small program of its own that holds pseudo-terminals and the agents' door, so that both outlive the
 * server. It parses nothing, keeps no database, and never uses child_process (children would inherit pty masters).
 */

/** How often it is asked whether the host is still needed, ms. */
const NEED_CHECK = 500;
/** How long clients may take for their last answers, ms. */
const LEAVE_LIMIT = 2_000;

/** Runs a host until it is told to end or nobody needs it. Resolves early when another of the same version was first. */
async function runHost(options: HostOptions): Promise<void> {
  process.umask(0o077);
  closeInherited();
  const epoch = randomBytes(6).toString("hex");
  const log = (message: string, details?: Record<string, unknown>) => {
    console.log(JSON.stringify({ at: new Date().toISOString(), host: epoch, message, ...details }));
  };
  for (const name of ["SIGHUP", "SIGINT"] as const) process.on(name, () => {});

  await privateFolder(hostFolder(options.home));
  await privateFolder(options.runtimeDir);
  const clients = new Set<Socket>();
  const terminals = new Terminals(options.home, epoch, log, (terminal) => {
    const { id, exit } = terminal.info;
    if (exit) for (const client of clients) client.write(encodeJson({ ended: id, exit }));
  });
  let retired = false;
  let lastNeeded = performance.now();

  const host: Serving = {
    terminals,
    version: options.version,
    epoch,
    log,
    retire: () => (retired = true),
    shutdown: (graceMs) => terminals.endAll(graceMs),
    leave: () => void leave("told to"),
  };
  const listener = createServer((socket) => {
    clients.add(socket);
    socket.on("close", () => {
      clients.delete(socket);
      lastNeeded = performance.now();
    });
    serveClient(socket, host);
  });
  const socket = join(options.runtimeDir, `${epoch}.sock`);
  await new Promise<void>((resolve, reject) => listener.once("error", reject).listen(socket, resolve));
  await chmod(socket, 0o600);

  const door = await openDoor({ target: options.doorTarget, host: "127.0.0.1", log });
  const identity = {
    pid: process.pid,
    start: startOf(process.pid) ?? "",
    version: options.version,
    protocol: LINK_PROTOCOL,
    epoch,
  };
  const record = await claimGeneration(options.home, {
    ...identity,
    socket,
    doorPort: door.port,
    doorTarget: options.doorTarget,
  });
  if (!record) {
    await rm(socket, { force: true });
    return process.exit(0);
  }
  // From here on a stray error must not end every agent; the terminal it came from has its own handling.
  process.on("uncaughtException", (error) => log("unexpected failure, going on", { error: error.stack }));
  process.on("unhandledRejection", (error) =>
    log("unexpected failure, going on", { error: error instanceof Error ? error.stack : String(error) }),
  );
  log("ready", { generation: record.generation, pid: process.pid, version: options.version });
  await dropDead(options.home, record);

  const check = setInterval(() => {
    const live = terminals.live > 0;
    if (live || (clients.size > 0 && !retired)) lastNeeded = performance.now();
    if (!live && retired && terminals.followed === 0) void leave("a newer host has taken over");
    else if (!live && performance.now() - lastNeeded > options.idleMs) void leave("nobody needs it");
  }, NEED_CHECK);
  process.on("SIGTERM", () => void terminals.endAll(2_000).then(() => leave("SIGTERM")));

  async function leave(why: string): Promise<void> {
    clearInterval(check);
    log("ends", { why });
    if (record) await dropGeneration(options.home, record); // First: from here on nobody should come here.
    await rmdir(options.runtimeDir).catch(() => {}); // When nobody else has a socket there.
    listener.close();
    terminals.close();
    setTimeout(() => process.exit(0), LEAVE_LIMIT);
    await door.close();
    await Promise.all(
      [...clients].map((client) => {
        client.pause(); // What it still asks is for the next host: it sees this connection end and goes there.
        return new Promise<void>((resolve) => client.end(resolve));
      }),
    );
    process.exit(0);
  }
}

/** Clears away what hosts that died have left: their records and sockets. Their terminals' records stay, to find orphans by. */
async function dropDead(home: string, own: HostRecord): Promise<void> {
  for (const other of await readHosts(home)) {
    if (other.generation < own.generation && !(await isAlive(other))) await dropGeneration(home, other);
  }
}

await runHost(JSON.parse(process.argv[2] ?? "{}") as HostOptions);
