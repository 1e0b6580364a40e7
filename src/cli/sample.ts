import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ClustrError } from "../contract/error.ts";

/** The sample project, as the package ships it. */
const SAMPLE = fileURLToPath(new URL("../../sample", import.meta.url));

/** Copies the sample project to a folder as a repository of its own. Leaves a folder alone that has something in it. */
export async function makeSample(target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  const there = await readdir(target);
  if (there.length === 0) await fill(target);
  else if (!(await stat(path.join(target, "package.json")).catch(() => undefined))) {
    throw new ClustrError(
      "conflict",
      `${target} has files that are not the sample project; nothing was changed. Give another folder, or move these files away.`,
    );
  }
}

/** Makes a folder the unchanged sample project again, whatever was in it. Only for folders of Clustr's own. */
export async function resetSample(target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of await readdir(target))
    if (name !== ".git") await rm(path.join(target, name), { recursive: true, force: true });
  await fill(target);
}

async function fill(target: string): Promise<void> {
  await cp(SAMPLE, target, { recursive: true });
  const run = promisify(execFile);
  const git = (...args: string[]) =>
    run(
      "git",
      [
        "-c",
        "user.name=Clustr",
        "-c",
        "user.email=clustr@localhost",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "core.hooksPath=/dev/null",
        ...args,
      ],
      { cwd: target, timeout: 20_000 },
    );
  try {
    await git("init", "--quiet");
    await git("add", "--all");
    await git("commit", "--quiet", "--allow-empty", "--message", "The Paper Lantern opens");
  } catch {
    // Without git the project is still a project; it only has no history.
  }
}
