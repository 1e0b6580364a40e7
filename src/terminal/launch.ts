import { spawn } from "node:child_process";
import { open, readFile, rename, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ClustrError } from "../contract/error.ts";
import { hostFolder, privateFolder } from "./generation.ts";

/** What a host is started with. */
export interface HostOptions {
  home: string;
  /** Folder for its socket. */
  runtimeDir: string;
  /** The server's unix socket, where the agents' door passes calls on to. */
  doorTarget: string;
  version: string;
  /** How long a host without terminals and clients stays, ms. */
  idleMs: number;
}

/** Bytes after which the hosts' log begins anew; one older file is kept. */
const LOG_LIMIT = 1_048_576;
/** Longest socket path that works everywhere; the system cuts longer ones silently or refuses them. */
const PATH_LIMIT = 99;

/**
 * What Node is told for a host: how many megabytes one half of the young generation may grow to. What a host makes is gone
 * at once: left alone, V8 lets the halves grow to sixteen times that, and a host that holds 12 MB takes 200.
 */
export const HOST_FLAGS: readonly string[] = ["--max-semi-space-size=4"];

/** Of our own environment, all that a host needs; programs get theirs with their terminal. */
const INHERITED = ["PATH", "HOME", "LANG", "TZ"];

/** A host that was started; it is ready once its record appears. */
export interface Launch {
  /** It has ended again, because another of its version was there first (no `failure`) or could not start. */
  ended?: { failure?: string };
}

/** Starts a terminal host as a process of its own, which our end does not touch. */
export async function launchHost(options: HostOptions): Promise<Launch> {
  const socket = join(options.runtimeDir, "0".repeat(12) + ".sock");
  if (Buffer.byteLength(socket) > PATH_LIMIT) {
    throw new ClustrError(
      "invalid",
      `The folder for sockets, ${options.runtimeDir}, has too long a name: ${socket.length} characters with the socket, ${PATH_LIMIT} are possible. Nothing was started; choose a shorter one.`,
    );
  }
  const folder = hostFolder(options.home);
  await privateFolder(folder);
  const logPath = join(folder, "host.log");
  const size = await stat(logPath).then(
    (one) => one.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(logPath, `${logPath}.old`);
  const log = await open(logPath, "a", 0o600);
  try {
    const main = fileURLToPath(new URL(`./host/main${extname(import.meta.url)}`, import.meta.url));
    const env = Object.fromEntries(
      INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
    const child = spawn(process.execPath, [...HOST_FLAGS, main, JSON.stringify(options)], {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env,
    });
    const launch: Launch = {};
    child.once("error", (error) => (launch.ended = { failure: error.message }));
    child.once("exit", (code, signal) => {
      if (code === 0) launch.ended = {};
      else
        void readFile(logPath, "utf8")
          .catch(() => "its log cannot be read")
          .then((text) => (launch.ended = { failure: `${signal ?? `code ${code}`}, ${text.trim().slice(-500)}` }));
    });
    child.unref();
    return launch;
  } finally {
    await log.close();
  }
}
