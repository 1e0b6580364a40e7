import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TerminalChunk, TerminalHost, TerminalSpec } from "../../src/core/ports/terminal.ts";
import { connectTerminalHost, type TerminalHostClient } from "../../src/terminal/client.ts";
import { type HostRecord, hostFolder } from "../../src/terminal/generation.ts";
import { processOf } from "../../src/terminal/host/processes.ts";

/** Longer runs of the same promises. */
export const FULL = process.env["CLUSTR_FULL"] === "1";

/** A home of its own for the hosts of one test, and everything to end them again. */
export interface TerminalHome {
  dir: string;
  home: string;
  runtimeDir: string;
  connect(more?: { version?: string; idleMs?: number }): Promise<TerminalHostClient>;
  /** A shell script in a new terminal's words. */
  script(id: string, text: string, more?: Partial<TerminalSpec>): TerminalSpec;
  /** Records of its hosts, oldest first. */
  hosts(): HostRecord[];
  /** Ends every host and program of this home, then deletes it. */
  end(): Promise<void>;
}

/** Makes a home in the temp folder. `name` is the home folder's own name. */
export function terminalHome(name = "home"): TerminalHome {
  const dir = mkdtempSync(join(tmpdir(), "clustr-th-"));
  const home = join(dir, name);
  const runtimeDir = join(dir, "run");
  const clients: TerminalHostClient[] = [];
  const stop = new AbortController();
  return {
    dir,
    home,
    runtimeDir,
    async connect({ version = "1.0.0", idleMs = 5_000 } = {}) {
      const doorTarget = join(runtimeDir, "server.sock");
      const client = await connectTerminalHost({
        home,
        runtimeDir,
        doorTarget,
        version,
        idleMs,
        signal: stop.signal,
        log: () => {},
      });
      clients.push(client);
      return client;
    },
    script: (id, text, more = {}) => ({
      id,
      command: "/bin/sh",
      args: ["-c", text],
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", TERM: "xterm-256color" },
      cwd: dir,
      cols: 80,
      rows: 24,
      journal: join(dir, "journals", id),
      umask: 0o022,
      ...more,
    }),
    hosts: () =>
      readdirSync(hostFolder(home))
        .filter((file) => /^\d+\.json$/.test(file))
        .map((file) => JSON.parse(readFileSync(join(hostFolder(home), file), "utf8")) as HostRecord)
        .sort((a, b) => a.generation - b.generation),
    async end() {
      const last = clients.at(-1);
      if (last) await last.shutdown(0).catch(() => {}); // A test may have done so itself.
      stop.abort();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Everything a terminal printed from `from` on, in order; checks that offsets neither repeat nor skip unannounced. */
export async function readAll(
  host: TerminalHost,
  id: string,
  from = 0,
): Promise<{ bytes: Buffer; chunks: TerminalChunk[] }> {
  const parts: Uint8Array[] = [];
  const chunks: TerminalChunk[] = [];
  let cursor = from;
  for await (const chunk of host.follow(id, from, new AbortController().signal)) {
    chunks.push(chunk);
    if (chunk.type === "gap") cursor = chunk.offset;
    if (chunk.offset !== cursor) throw new Error(`chunk at ${chunk.offset}, expected ${cursor}`);
    if (chunk.type === "bytes") {
      parts.push(Uint8Array.from(chunk.bytes));
      cursor += chunk.bytes.length;
    }
  }
  return { bytes: Buffer.concat(parts), chunks };
}

/** Follows until the output so far contains `text`; returns it. */
export async function readUntil(host: TerminalHost, id: string, text: string, from = 0): Promise<string> {
  let seen = "";
  for await (const chunk of host.follow(id, from, AbortSignal.timeout(10_000))) {
    if (chunk.type === "bytes") seen += Buffer.from(chunk.bytes).toString("latin1");
    if (seen.includes(text)) return seen;
  }
  throw new Error(`"${text}" did not come; there was: ${seen}`);
}

export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  for (const end = Date.now() + limitMs; !(await condition()); await sleep(20)) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
  }
}

/** Living processes that have an argument which is `mark`, or begins with it when `whole` is false. */
export function marked(mark: string, whole = true): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const args = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0") : [];
      return args.some((arg) => (whole ? arg === mark : arg.startsWith(mark))) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Whether a process runs; a zombie does not, and where nobody reaps it stays for ever. */
export function isRunning(pid: number): boolean {
  return processOf(pid) !== undefined;
}

export function freshMark(): string {
  return `mark-${randomBytes(6).toString("hex")}`;
}

export function sha1(bytes: Uint8Array): string {
  return createHash("sha1").update(bytes).digest("hex");
}
