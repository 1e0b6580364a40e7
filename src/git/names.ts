import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProjectNames } from "../core/ports/project-files.ts";
import { makePrivate } from "./private-store.ts";
import { runGit, zeroSeparated, type GitPlace } from "./run-git.ts";
import { syncExcludes } from "./store.ts";

/** Milliseconds; somebody waits for the answer. */
const TIMEOUT = 10_000;

/**
 * What the ignore rules of a project say, asked of git with an empty repository of our own at `store`: nothing of the
 * project is run, and its own repository is not looked at. So a file that is ignored but tracked counts as ignored.
 */
export function projectNames(store: string, folder: string): ProjectNames {
  const place: GitPlace = { store, folder };
  let ready: Promise<void> | undefined;
  const prepared = async (): Promise<void> => {
    ready ??= prepare(place);
    await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    await syncExcludes(place);
  };

  return {
    async ignored(paths) {
      if (paths.length === 0) return new Set();
      await prepared();
      const found = await runGit(place, ["check-ignore", "--no-index", "-z", "--stdin"], {
        input: paths.map((one) => `${asBytes(one)}\0`).join(""),
        nothingFound: 1,
        timeout: TIMEOUT,
        // This command reads names, not patterns, and refuses to be told so.
        env: { GIT_LITERAL_PATHSPECS: undefined },
      });
      return new Set(zeroSeparated(found).map(asText));
    },
    async all(most) {
      await prepared();
      const listed = await runGit(place, ["ls-files", "-o", "--exclude-standard", "-z"], { timeout: TIMEOUT });
      // With a slash at its end: a repository of its own.
      const paths = zeroSeparated(listed).filter((one) => !one.endsWith("/"));
      return { paths: paths.slice(0, most).map(asText), complete: paths.length <= most };
    },
  };
}

async function prepare(place: GitPlace): Promise<void> {
  const { store } = place;
  if (await stat(path.join(store, "ready")).catch(() => undefined)) return makePrivate(store);
  await mkdir(store, { recursive: true, mode: 0o700 });
  await chmod(store, 0o700);
  await runGit(place, ["init", "-q", "--bare", "--template=", store], {
    env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined },
  });
  await mkdir(path.join(store, "info"), { recursive: true, mode: 0o700 });
  await writeFile(path.join(store, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
  await makePrivate(store);
  await writeFile(path.join(store, "ready"), "", { mode: 0o600 });
}

/** Git's side of everything here has one character a byte. */
function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function asText(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
