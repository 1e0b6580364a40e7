/*
 * npm run faults -- [--runs N] [--seed S] [--only KIND,…] [--json] [--list]
 *
 * Breaks a real server in many ways while clients use it, and checks from outside that every promise held. Does all
 * set-up of a fresh clone first. See test/faults/main.ts.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, endWith, install, nodeAtLeast, root } from "./setup.js";

/** The runner's command line. */
export function faultsCommand(args) {
  return [path.join(root, "test/faults/main.ts"), ...args];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await nodeAtLeast([24, 0]);
  await install(".", "packages");
  await build(node);
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  endWith(
    spawn(node, faultsCommand(process.argv.slice(2)), { cwd: root, stdio: ["ignore", "inherit", "inherit"], env }),
  );
}
