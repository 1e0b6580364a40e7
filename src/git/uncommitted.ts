import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Tree } from "../core/ports/tree.ts";
import { gitObject } from "./pack.ts";
import { repositoryOf, type Repository } from "./repository.ts";
import { runGit, zeroSeparated, type GitPlace, type HashFormat } from "./run-git.ts";

/** Paths asked for in one call of git. */
const AT_ONCE = 500;
const OBJECT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Of some paths, those whose content now is not what the commit of HEAD has there. The person's objects are read by git in
 * our own repository, so that nothing their configuration names is run. Where there is no commit, or it cannot be told,
 * every file that is there counts as work that could be lost.
 */
export async function uncommitted(
  place: GitPlace,
  tree: Tree,
  format: HashFormat,
  paths: readonly string[],
): Promise<Set<string>> {
  const committed = await committedAt(place, paths).catch(() => new Map<string, string>());
  const found = new Set<string>();
  for (const one of paths) {
    const content = await tree.read(one);
    const there = content && gitObject("blob", content.bytes, format).hash;
    if (there !== committed.get(one)) found.add(one);
  }
  return found;
}

/** What the commit of HEAD has at these paths, by hash. */
async function committedAt(place: GitPlace, paths: readonly string[]): Promise<Map<string, string>> {
  const repository = await repositoryOf(place.folder);
  const commit = repository && (await commitOf(repository));
  const found = new Map<string, string>();
  if (!repository || commit === undefined) return found;
  const env = { GIT_ALTERNATE_OBJECT_DIRECTORIES: path.join(repository.common, "objects") };
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const names = paths.slice(at, at + AT_ONCE).map((one) => Buffer.from(one, "latin1").toString());
    const listed = await runGit(place, ["ls-tree", "-z", "--full-tree", commit, "--", ...names], { env });
    for (const line of zeroSeparated(listed)) {
      const [, blob, name] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      if (blob !== undefined && name !== undefined) found.set(name, blob);
    }
  }
  return found;
}

/** The commit HEAD stands at, read from its files; undefined in a repository without one, or of a kind that has none. */
async function commitOf({ gitDir, common }: Repository): Promise<string | undefined> {
  const head = (await readFile(path.join(gitDir, "HEAD"), "utf8")).trim();
  if (OBJECT.test(head)) return head;
  const [, ref = ""] = /^ref: (refs\/[^\0]+)$/.exec(head) ?? [];
  if (ref === "" || ref.split("/").includes("..")) return undefined;
  for (const base of [gitDir, common]) {
    const loose = (await readFile(path.join(base, ref), "utf8").catch(() => "")).trim();
    if (OBJECT.test(loose)) return loose;
  }
  const packed = await readFile(path.join(common, "packed-refs"), "utf8").catch(() => "");
  const line = packed.split("\n").find((one) => one.endsWith(` ${ref}`));
  return line?.split(" ").find((word) => OBJECT.test(word));
}
