/*
 * npm start -- [folder] [--port N] [--no-open] [--json]   (npm start --silent -- …: npm prints nothing of its own before)
 * npm start -- <command of clustr>
 *
 * Does all set-up of a fresh clone, then becomes `clustr`. Without a folder it opens the one it was called from; called
 * from the clone itself, it opens a copy of the sample project, so that agents never edit Clustr's own source by accident.
 */
import { spawn, spawnSync } from "child_process";
import os from "os";
import path from "path";
import { SetupFailure, build, endWith, install, nodeAtLeast, root, say } from "./setup.js";

/** Flags of `clustr [folder]` that are followed by a value. */
const VALUED = ["--port", "--workspace"];

main().catch((error) => {
  if (!(error instanceof SetupFailure)) process.stderr.write(String(error && error.stack) + "\n");
  process.exit(1);
});

async function main() {
  const [node] = await Promise.all([nodeAtLeast([22, 14]), install(".", "packages")]);
  await build(node);
  const args = process.argv.slice(2);
  const cwd = process.env.INIT_CWD || process.cwd();
  const fromClone = isInside(cwd, root);
  if (folderAt(args) === -1 && !args.includes("--workspace")) args.unshift(fromClone ? sample(node) : cwd);
  // Relative folders are meant from where npm was called, not from the clone, where npm runs its scripts.
  endWith(spawn(node, [path.join(root, "bin", "clustr.js")].concat(args), { stdio: "inherit", cwd }));
}

/** Where in the arguments the folder (or a command of clustr) stands, or -1. */
function folderAt(args) {
  for (let i = 0; i < args.length; i++) {
    if (VALUED.includes(args[i])) i++;
    else if (!args[i].startsWith("-")) return i;
  }
  return -1;
}

function isInside(folder, parent) {
  const relative = path.relative(parent, folder);
  return relative === "" || !(relative.startsWith("..") || path.isAbsolute(relative));
}

/** The sample project as a repository of its own, kept from one start to the next. */
function sample(node) {
  const home = process.env.CLUSTR_HOME || path.join(os.homedir(), ".clustr");
  const target = path.join(home, "sample");
  const made = spawnSync(node, [path.join(root, "scripts", "sample.js"), target], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (made.status !== 0) throw new SetupFailure();
  say("no folder given: opening the sample project in " + target);
  return target;
}
