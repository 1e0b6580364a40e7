/*
 * npm run soak -- [--minutes M] [--agents N] [--kills SECONDS] [--json]
 *
 * Lets a real server work with many script agents for a while, kills it now and then, and says what its memory did and
 * whether every promise held. Does all set-up of a fresh clone first. See test/faults/soak.ts.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { build, endWith, install, nodeAtLeast, root } from "./setup.js";

const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await build(node);
const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
const program = path.join(root, "test/faults/soak.ts");
endWith(spawn(node, [program, ...process.argv.slice(2)], { cwd: root, stdio: ["ignore", "inherit", "inherit"], env }));
