/*
 * npm run gate -- [vitest filters]
 *
 * What no change may break: the checks in test/gate, against a real server in a process of its own. Does all set-up of a
 * fresh clone first. Prints a table of checks; exits non-zero when anything failed, or a check did not run.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build, install, nodeAtLeast, root } from "./setup.js";

/** Each check: the promise, and the file in test/gate that keeps it. */
const CHECKS = [
  ["no route, tool or frame answers without the right for it", "doors"],
  ["hosts, origins, headers: answers are for their own page alone", "answers"],
  ["hostile pages in a real browser, rebinding included", "pages"],
  ["a hostile repository runs nothing", "repository"],
  ["no path leads out of the workspace", "paths"],
  ["nobody writes as somebody else", "senders"],
  ["runaway spawning is held and leaves nothing behind", "runaway"],
  ["no secret in arguments, logs, ledgers, journals, answers", "secrets"],
  ["only loopback listens; every file is its owner's alone", "listeners"],
];

const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await build(node);
const report = path.join(root, ".cache", "gate-report.json");
fs.rmSync(report, { force: true });
const filters = process.argv.length > 2 ? process.argv.slice(2) : ["test/gate"];
const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const done = spawnSync(node, [vitest, "run", "--no-file-parallelism", ...reporters, ...filters], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
});

const files = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, "utf8")).testResults : [];
const rows = CHECKS.map(([promise, name]) => rowOf(promise, name));
const width = Math.max(...rows.map(({ promise }) => promise.length));
console.log("");
for (const { promise, verdict, detail } of rows)
  console.log(`  ${promise.padEnd(width)}  ${verdict.padEnd(7)}  ${detail}`);
const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
console.log(`\n${count("passed")} passed, ${count("failed")} failed, ${count("not run")} not run`);
const whole = process.argv.length === 2;
process.exit(done.status || (whole && count("passed") < CHECKS.length) ? 1 : 0);

/** What the report says of one check. A test that was skipped, for want of a browser say, is no promise kept. */
function rowOf(promise, name) {
  const file = files.find((each) => path.basename(each.name) === `${name}.test.ts`);
  if (file === undefined) return { promise, verdict: "not run", detail: "" };
  const tests = file.assertionResults;
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status === "failed").length;
  const verdict = failed > 0 || file.status === "failed" ? "failed" : passed < tests.length ? "not run" : "passed";
  const seconds = ((file.endTime - file.startTime) / 1000).toFixed(1);
  return { promise, verdict, detail: `${passed} of ${tests.length} tests, ${seconds} s` };
}
