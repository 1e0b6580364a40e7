import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type Client } from "../../src/client/client.ts";
import { routes } from "../../src/client/routes.ts";
import { runDaemon } from "../../src/daemon.ts";
import { openHomeFolder } from "../../src/files/home.ts";
import { type HostRecord, privateFolder, hostFolder, readHosts } from "../../src/terminal/generation.ts";
import type { HostOptions } from "../../src/terminal/launch.ts";
import { root } from "../source/read.ts";

/** Versions of which something is kept; see test/releases/README.md. */
export const KEPT = readdirSync(join(root, "test/releases"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** What is kept of a release, by its name. */
export const kept = (version: string, name: string): string => join(root, "test/releases", version, name);

/** Today's server as a release of this version in this very process, until it is told to end. */
export async function release(
  version: string,
  home: string,
  folder: string,
): Promise<{ client: Client; end(): Promise<void> }> {
  const over = new AbortController();
  const daemon = await runDaemon({ home, folder, version, port: 0, signal: over.signal });
  const { token } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { token: string };
  return {
    client: createClient({ base: daemon.url, token, routes, workspace: daemon.workspace }),
    async end() {
      over.abort();
      await daemon.ended;
    },
  };
}

/** Starts the kept terminal host of a release as its server did; its record. */
export async function startHost(version: string, options: Omit<HostOptions, "version">): Promise<HostRecord> {
  await privateFolder(hostFolder(options.home));
  const host = spawn(
    process.execPath,
    ["--max-semi-space-size=4", kept(version, "host.js"), JSON.stringify({ ...options, version })],
    { detached: true, stdio: ["ignore", "ignore", "inherit"], cwd: "/", env: { PATH: process.env["PATH"] } },
  );
  host.unref();
  return until(async () => {
    if (host.exitCode !== null) throw new Error(`The host of ${version} ended with ${host.exitCode}.`);
    return (await readHosts(options.home)).find(({ pid }) => pid === host.pid);
  });
}

/** The same, for the server of a home. */
export async function startHostIn(home: string, version: string): Promise<HostRecord> {
  const { path, runtime } = await openHomeFolder(home);
  const doorTarget = join(runtime, "door.sock");
  return startHost(version, { home: path, runtimeDir: runtime, doorTarget, idleMs: 60_000 });
}

/** Waits for what `look` finds; rejects after 20 s. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (const limit = performance.now() + 20_000; ;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > limit) throw new Error("It did not happen within 20 s.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
