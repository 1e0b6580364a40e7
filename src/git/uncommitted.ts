import { readFile } from "node:fs/promises";
import path from "node:path";
import type { FileState } from "../contract/files.ts";
import type { Tree } from "../core/ports/tree.ts";
import type { Objects } from "./objects.ts";
import { gitObject } from "./pack.ts";
import { attributesOf, repositoryOf, type Repository } from "./repository.ts";
import { runGit, zeroSeparated, type GitPlace, type HashFormat } from "./run-git.ts";

/** Paths asked for in one call of git. */
const AT_ONCE = 500;
/** Paths beyond which all there are cost less to ask for. */
const MANY = 2_000;
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

/** Of these states of files, those that the commit of HEAD has otherwise; none where filters come in between. */
export async function otherThanCommitted(
  place: GitPlace,
  objects: Objects,
  files: ReadonlyMap<string, FileState>,
): Promise<Set<string>> {
  const repository = await repositoryOf(place.folder);
  const found = new Set<string>();
  if (!repository || files.size === 0) return found;
  const inTree = [...files.keys()].filter((path) => /(^|\/)\.gitattributes$/.test(path));
  if (/filter|ident|working-tree-encoding/.test(await attributesOf(repository, place.folder, inTree))) return found;
  const committed = await committedAt(place, [...files.keys()]).catch(() => new Map<string, string>());
  for (const [path, { kind, blob }] of files) {
    const was = committed.get(path);
    if (was === undefined || was === blob) continue;
    // Git may keep other ends of lines than lie on disk.
    const text =
      kind === "file" &&
      Buffer.from(await objects.get(blob))
        .toString("latin1")
        .replaceAll("\r\n", "\n");
    if (text === false || gitObject("blob", Buffer.from(text, "latin1"), objects.format).hash !== was) found.add(path);
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
  const many = paths.length > MANY;
  for (let at = 0; at < (many ? 1 : paths.length); at += AT_ONCE) {
    const names = paths.slice(at, at + AT_ONCE).map((one) => Buffer.from(one, "latin1").toString());
    const asked = many ? ["-r", commit] : [commit, "--", ...names];
    const listed = await runGit(place, ["ls-tree", "-z", "--full-tree", ...asked], { env });
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
