/*
 * npm run bench -- NAME [number] [--json FILE]
 *
 * Measures one part on this machine: test/bench/NAME.ts. Does all set-up of a fresh clone first. Prints a Markdown table of
 * medians with the machine they are of; `--json` also writes every value. Exits non-zero when a target was missed. Without
 * a name it says which there are. Best on a machine that does nothing else.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build, install, nodeAtLeast, root } from "./setup.js";

const [name, ...rest] = process.argv.slice(2);
const folder = path.join(root, "test/bench");
const names = fs.readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [path.basename(file, ".ts")] : []));
if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME [number] [--json FILE]; NAME is one of: ${names.join(", ")}`);
  process.exit(2);
}
const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await build(node);
const done = spawnSync(node, [path.join(folder, `${name}.ts`), ...rest], {
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
});
process.exit(done.status ?? 1);
