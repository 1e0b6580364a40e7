import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CLIS = fileURLToPath(new URL("../clis/node_modules/", import.meta.url));

/**
 * How long tests wait for what must come, unless they say otherwise. Real tools on a busy machine take many seconds for what
 * takes them one; a test that fails early shows nothing but that.
 */
export const PATIENCE_MS = 30_000;

/** Absolute path below the pinned real tools, which live in the package `test/clis`. */
export function pinned(path: string): string {
  return join(CLIS, path);
}

/** A private folder that is gone when the test is. Its path is short: sockets in it fit. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
  /** Makes a folder below it, mode 0700, and returns its absolute path. */
  folder(name: string): Promise<string>;
}

/** Makes one below the system's temporary folder. */
export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), "ct-"));
  return {
    path,
    async folder(name) {
      const full = join(path, name);
      await mkdir(full, { recursive: true, mode: 0o700 });
      return full;
    },
    async [Symbol.asyncDispose]() {
      // Tools that are ending may still write into their home: a few tries, then the error is told.
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** The environment of a person with this home and nothing else: no credentials, no settings of the developer's own tools. */
export function cleanEnv(home: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    USER: "tester",
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    ...more,
  };
}
