import { chmod, copyFile, mkdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { alternatesOf } from "./detach.ts";
import { LAST } from "./records.ts";
import { makePrivate } from "./private-store.ts";
import { removeHalfWritten, clearAfterKill } from "./after-kill.ts";
import { writeSynced } from "./durable.ts";
import { doubtAge } from "./index-age.ts";
import type { StoreMended } from "../core/ports/snapshots.ts";
import { isWhole } from "./damage.ts";
import { mend } from "./mend.ts";
import { attributesOf, flagOf, repositoryOf, textOf, type Repository } from "./repository.ts";
import { runGit, zeroSeparated, type GitPlace, type HashFormat } from "./run-git.ts";
import { configOf, RAW } from "./settings.ts";
import { formatOf, keepSkeleton, markReady } from "./skeleton.ts";

const OURS = { mode: 0o600 };

const INTENT_TO_ADD = 0x2000_0000;

/** What a folder without a repository has no .gitignore for. */
const BUILT = [
  "node_modules/",
  ".venv/",
  "venv/",
  "__pycache__/",
  "dist/",
  "build/",
  "target/",
  ".next/",
  ".cache/",
  ".tox/",
  ".gradle/",
];

/**
 * Opens our own repository for a folder, outside it, or makes it; returns how it calls contents. One that is damaged is
 * mended first, of which `mended` hears. A new one borrows the objects of the person's repository until `detach`, and begins
 * with a copy of its index, so that unchanged files need not be read.
 */
export async function openStore(place: GitPlace, mended: (what: StoreMended) => void): Promise<HashFormat> {
  const { store, folder } = place;
  const ready = await textOf(path.join(store, "ready"));
  const known = ready === "sha1" || ready === "sha256" ? ready : await formatOf(store);
  if (known !== undefined) {
    await keepSkeleton(place, known);
    await makePrivate(store);
    await removeHalfWritten(place);
    if (!(await isWhole(place))) {
      const done = await mend(place, known, new Date());
      if (done) mended(done);
    }
    await clearAfterKill(place);
    await doubtAge(place);
    if (ready !== known) await markReady(store, known);
    return known;
  }
  await rm(store, { recursive: true, force: true });
  await mkdir(store, { recursive: true, mode: 0o700 });
  await chmod(store, 0o700);
  const repository = await repositoryOf(folder);
  const format = repository?.config.get("extensions.objectformat") === "sha256" ? "sha256" : "sha1";
  await runGit(place, ["init", "-q", "--bare", "--template=", `--object-format=${format}`, store], {
    env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
  });
  await mkdir(path.join(store, "info"), { recursive: true, mode: 0o700 });
  await writeSynced(path.join(store, "config"), configOf(repository, format));
  await writeSynced(path.join(store, "info/attributes"), RAW);
  if (repository) {
    // Lost with the power, it would take every snapshot with it that borrows.
    await writeSynced(alternatesOf(place), `${path.join(repository.common, "objects")}\n`);
    await seed(place, repository).catch(() => rm(path.join(store, "snap.index"), { force: true }));
  }
  await writeSynced(path.join(store, "HEAD"), `ref: ${LAST}\n`);
  // What `init` itself made before it could know.
  await makePrivate(store);
  await markReady(store, format);
  return format;
}

/** Takes over what the person's repository ignores besides its .gitignore files. They may have changed. */
export async function syncExcludes({ store, folder }: GitPlace): Promise<void> {
  const repository = await repositoryOf(folder);
  const own = repository ? await textOf(path.join(repository.common, "info/exclude")) : `${BUILT.join("\n")}\n`;
  const file = path.join(store, "info/exclude");
  const next = `${own}\n${await textOf(path.join(homedir(), ".config/git/ignore"))}`;
  // Written only when it differs: git forgets what it knows of untracked files when this file changes.
  if ((await textOf(file)) !== next) await writeFile(file, next, OURS);
}

/** Begins with the person's index, without the entries that do not hold what lies on disk byte for byte. */
async function seed(place: GitPlace, repository: Repository): Promise<void> {
  const from = path.join(repository.gitDir, "index");
  const index = path.join(place.store, "snap.index");
  const { atime, mtimeMs } = await stat(from);
  await copyFile(from, index);
  await chmod(index, 0o600);
  // Git re-reads files that are as new as the index. A copy with a fresh time would hide changes of the same moment.
  await utimes(index, atime, (mtimeMs - 2) / 1000);
  const entries = zeroSeparated(await runGit(place, ["ls-files", "-v", "-s", "-z"]));
  const parsed = entries.flatMap((entry) => {
    const [, flag, mode, blob, stage, name] = /^(.) (\d+) ([0-9a-f]+) (\d)\t([^]*)$/.exec(entry) ?? [];
    return name === undefined || blob === undefined ? [] : [{ flag, mode, blob, stage, name }];
  });
  const inTree = parsed.map(({ name }) => name).filter((name) => /(^|\/)\.gitattributes$/.test(name));
  const attributes = await attributesOf(repository, place.folder, inTree);
  if (/filter|ident|working-tree-encoding/.test(attributes))
    throw new Error("contents on disk are not those of the index");
  const remembered = await rememberedSizes(place);
  if (remembered.length !== entries.length) throw new Error("the index cannot be read");
  const odd = (i: number) => remembered[i] === "unknown" || parsed[i]?.flag !== "H" || parsed[i]?.stage !== "0";
  const drop = new Set(parsed.filter(({ mode }, i) => odd(i) || mode === "160000").map(({ name }) => name));
  const autocrlf = repository.config.has("core.autocrlf") && flagOf(repository, "core.autocrlf") !== false;
  if (autocrlf || /text|eol|crlf/.test(attributes)) {
    const sizes = await sizesOf(
      place,
      parsed.map(({ blob }) => blob),
    );
    for (const [i, { name }] of parsed.entries()) if (sizes[i] !== remembered[i]) drop.add(name);
  }
  if (drop.size > 0)
    await runGit(place, ["update-index", "--force-remove", "-z", "--stdin"], {
      input: [...drop].map((name) => `${name}\0`).join(""),
    });
  await utimes(index, atime, (mtimeMs - 2) / 1000);
}

/** Sizes of files on disk as the index remembers them; "unknown" for files that were only announced. */
async function rememberedSizes(place: GitPlace): Promise<string[]> {
  const debug = await runGit(place, ["ls-files", "--debug", "-z"]);
  const found = debug.matchAll(/\n {2}size: (\d+)\tflags: ([0-9a-f]+)\n/g);
  return [...found].map(([, size = "", flags = ""]) => (Number.parseInt(flags, 16) & INTENT_TO_ADD ? "unknown" : size));
}

async function sizesOf(place: GitPlace, blobs: readonly string[]): Promise<string[]> {
  const input = blobs.map((blob) => `${blob}\n`).join("");
  return (await runGit(place, ["cat-file", "--batch-check=%(objectsize)"], { input })).split("\n");
}
