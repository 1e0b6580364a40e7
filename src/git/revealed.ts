import type { Blobs } from "../core/ports/blobs.ts";
import type { Skipped } from "../core/ports/snapshots.ts";
import { decideIgnored, ignoredThen } from "./ignored-then.ts";
import type { Look } from "./look.ts";
import { isSkipped, listSnapshots, stateOf } from "./records.ts";
import { runGit, zeroSeparated, type GitPlace } from "./run-git.ts";

/**
 * Files that came into view without having to be new: they were ignored until the rules changed, were too large, lay in a
 * repository of their own, or are the small ignored files that are looked for now and then. Who made them cannot be told.
 */
export class Revealed {
  readonly #place: GitPlace;
  readonly #blobs: Blobs;
  readonly #paths = new Set<string>();
  /** Of the look before; of the newest snapshot at first. */
  #skipped: readonly Skipped[] | undefined;

  constructor(place: GitPlace, blobs: Blobs) {
    this.#place = place;
    this.#blobs = blobs;
  }

  paths(): Iterable<string> {
    return this.#paths;
  }

  /** Takes in what a look found. To be called before our index learns of it: it still has the rules of before. */
  async note({ gone, changed, came, ignored, skipped }: Look): Promise<void> {
    for (const path of gone) this.#paths.delete(path);
    for (const path of ignored) this.#paths.add(path);
    const before = (this.#skipped ??= (await listSnapshots(this.#place))[0]?.snapshot.skipped ?? []);
    this.#skipped = [...skipped];
    if (before.length > 0) for (const path of came) if (isSkipped(path, before)) this.#paths.add(path);
    if (came.length === 0 || !decideIgnored([...gone, ...changed])) return;
    for (const path of await ignoredThen(this.#place, await this.#rules(), came, this.#blobs)) this.#paths.add(path);
  }

  async #rules() {
    const listed = await runGit(this.#place, ["ls-files", "-s", "-z", "--", ":(glob)**/.gitignore"], {
      env: { GIT_LITERAL_PATHSPECS: undefined },
    });
    return new Map(
      zeroSeparated(listed).flatMap((entry) => {
        const [, mode = "", blob = "", path = ""] = /^(\d+) ([0-9a-f]+) \d\t([^]*)$/.exec(entry) ?? [];
        const state = stateOf(mode, blob);
        return state ? [[path, state] as const] : [];
      }),
    );
  }
}
