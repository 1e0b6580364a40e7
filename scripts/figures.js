/*
 * npm run figures -- [vitest filters]
 *
 * The long runs behind the promises: the same tests as in `npm test`, with CLUSTR_FULL=1, which makes each of them do
 * its whole number of rounds instead of a slice. They print what they counted. Takes a while; runs one file at a time.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { build, install, nodeAtLeast, root } from "./setup.js";

/** Tests that have a long form. */
const LONG = [
  "src/ledger/sqlite/crash.test.ts",
  "src/terminal",
  "src/core/attribution/property.test.ts",
  "test/rig",
  "test/e2e/answers.test.ts",
  "test/e2e/crash.test.ts",
  "test/e2e/crowd.test.ts",
];

const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await install("test/clis", "the real coding tools, for tests");
await build(node);
const filters = process.argv.length > 2 ? process.argv.slice(2) : LONG;
const done = spawnSync(
  node,
  [
    path.join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--no-file-parallelism",
    "--testTimeout=3600000",
    ...filters,
  ],
  {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CLUSTR_FULL: "1", PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
  },
);
process.exit(done.status ?? 1);
