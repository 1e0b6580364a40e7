import { lstat, readFile, rename, writeFile } from "node:fs/promises";
import { onDisk } from "./paths.ts";
import type { GitPlace } from "./run-git.ts";

/** How many files are looked at at once. */
const AT_ONCE = 64;

/**
 * Files that only the person may read. A snapshot holds no permissions but the executable bit, so they are remembered
 * beside it: a secret that comes back must not be readable for everybody.
 */
export class PrivatePaths {
  readonly #place: GitPlace;
  #paths: Set<string> | undefined;

  constructor(place: GitPlace) {
    this.#place = place;
  }

  async has(path: string): Promise<boolean> {
    return (await this.#load()).has(path);
  }

  /** Takes in how files are now; one that is gone stays remembered. */
  async note(paths: readonly string[]): Promise<void> {
    const known = await this.#load();
    const was = known.size;
    let changed = false;
    for (let i = 0; i < paths.length; i += AT_ONCE) {
      await Promise.all(
        paths.slice(i, i + AT_ONCE).map(async (path) => {
          const found = await lstat(onDisk(this.#place.folder, path)).catch(() => undefined);
          if (!found?.isFile()) return;
          if ((found.mode & 0o077) === 0) known.add(path);
          else changed = known.delete(path) || changed;
        }),
      );
    }
    if (!changed && known.size === was) return;
    await writeFile(`${this.#file}.new`, JSON.stringify([...known]), { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }

  get #file(): string {
    return `${this.#place.store}/private.json`;
  }

  async #load(): Promise<Set<string>> {
    const text = this.#paths ? "" : await readFile(this.#file, "utf8").catch(() => "[]");
    return (this.#paths ??= new Set(JSON.parse(text) as string[]));
  }
}
