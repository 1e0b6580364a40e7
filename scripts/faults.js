/*
 * npm run faults -- [--runs N] [--seed S] [--only KIND,…] [--json] [--list]
 *
 * Breaks a real server in many ways while clients use it, and checks from outside that every promise held. Does all
 * set-up of a fresh clone first. See test/faults/main.ts.
 */
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, endWith, install, nodeAtLeast, root } from "./setup.js";

/** The runner's command line: where that is possible, with mounts of its own, which are gone when it is. */
export function faultsCommand(node, args) {
  const run = [node, path.join(root, "test/faults/main.ts"), ...args];
  const superuser = process.platform === "linux" && process.getuid() === 0;
  const own = superuser && spawnSync("unshare", ["--mount", "true"], { stdio: "ignore" }).status === 0;
  return own ? ["unshare", "--mount", ...run] : run;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await nodeAtLeast([24, 0]);
  await install(".", "packages");
  await build(node);
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  const [program, ...args] = faultsCommand(node, process.argv.slice(2));
  endWith(spawn(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env }));
}
