/*
 * npm run record -- <service>
 *
 * Runs the installed coding tool of a service against a scripted model through everything it can go through, and writes
 * what it told and showed into `src/services/<service>/recorded`. The tests there replay it. To be run when a new version
 * of a tool is pinned in `test/clis`; the difference to the recordings before shows what the tool changed.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { install, nodeAtLeast, root } from "./setup.js";

const folder = path.join(root, "test/rig/record");
const services = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".ts") && fs.existsSync(path.join(root, "src/services", name.slice(0, -3))))
  .map((name) => name.slice(0, -3));
const [service] = process.argv.slice(2);
if (service === undefined || !services.includes(service)) {
  console.error(`Say which tool to record: npm run record -- <${services.join("|")}>. Nothing was recorded.`);
  process.exit(1);
}
const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await install("test/clis", "the real coding tools, for tests");
const done = spawnSync(node, [path.join(folder, "main.ts"), service], { cwd: root, stdio: "inherit" });
process.exit(done.status ?? 1);
