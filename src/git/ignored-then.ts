import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { FileState } from "../contract/files.ts";
import type { Blobs } from "../core/ports/blobs.ts";
import { isSafe } from "./paths.ts";
import { runGit, zeroSeparated, type GitPlace } from "./run-git.ts";

const RULES = /(^|\/)\.gitignore$/;

/** Whether some of these paths say what is ignored. */
export function decideIgnored(paths: readonly string[]): boolean {
  return paths.some((one) => RULES.test(one));
}

/**
 * Which of these paths were ignored by the rules of a snapshot. Such files are in no snapshot of that time, so that a restore
 * must not take their absence for a deletion; and by today's rules they may be ignored no more.
 */
export async function ignoredThen(
  place: GitPlace,
  files: ReadonlyMap<string, FileState>,
  paths: readonly string[],
  blobs: Blobs,
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const folder = await mkdtemp(path.join(place.store, "rules-"));
  try {
    for (const [name, { kind, blob }] of files) {
      if (kind !== "file" || !RULES.test(name) || !isSafe(name)) continue;
      const file = Buffer.from(`${folder}/${Buffer.from(name, "latin1").toString("utf8")}`);
      await mkdir(path.dirname(file.toString()), { recursive: true });
      await writeFile(file, await blobs.get(blob));
    }
    const input = paths.map((one) => `${one}\0`).join("");
    const args = ["check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"];
    const parts = zeroSeparated(
      await runGit({ store: place.store, folder }, args, {
        input,
        nothingFound: 1,
        env: { GIT_LITERAL_PATHSPECS: undefined },
      }),
    );
    const ignored = new Set<string>();
    for (let i = 0; i + 3 < parts.length; i += 4) {
      const pattern = parts[i + 2] ?? "";
      if (pattern !== "" && !pattern.startsWith("!")) ignored.add(parts[i + 3] ?? "");
    }
    return ignored;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
