/*
 * npm run gate -- [vitest filters]
 *
 * What no change may break: the checks in test/gate, against a real server in a process of its own, and a server that is
 * killed again and again under load. Does all set-up of a fresh clone first. Prints a table of checks; exits non-zero when
 * anything failed, or a check did not run. With filters only the named checks of test/gate run.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { chromiumPath, installChromium } from "./chromium.js";
import { faultsCommand } from "./faults.js";
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
/** Kills of the server, at random moments and at named points, that the last check wants to see survived. */
const KILL_RUNS = 25;

const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await installChromium();
await build(node);
const whole = process.argv.length === 2;
const tests = path.join(root, ".cache", "gate-report.json");
const kills = path.join(root, ".cache", "gate-kills.json");
for (const report of [tests, kills]) fs.rmSync(report, { force: true });

const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${tests}`];
const filters = whole ? ["test/gate"] : process.argv.slice(2);
let failed = run([node, vitest, "run", "--no-file-parallelism", ...reporters, ...filters]);
if (whole) {
  const runs = ["--runs", String(KILL_RUNS), "--only", "kill-server,kill-point", "--jobs", "2", "--report", kills];
  failed = run(faultsCommand(node, runs)) || failed;
}

const files = read(tests)?.testResults ?? [];
const rows = CHECKS.map(([promise, name]) => testsRow(promise, name));
rows.push(killsRow("a server killed under load loses and doubles nothing"));
const width = Math.max(...rows.map(({ promise }) => promise.length));
console.log("");
for (const { promise, verdict, detail } of rows)
  console.log(`  ${promise.padEnd(width)}  ${verdict.padEnd(7)}  ${detail}`);
const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
console.log(`\n${count("passed")} passed, ${count("failed")} failed, ${count("not run")} not run`);
process.exit(failed || (whole && count("passed") < rows.length) ? 1 : 0);

/** Whether a program of ours, with this Node first on PATH, failed. */
function run([program, ...args]) {
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  const browser = chromiumPath();
  if (browser !== undefined) env.CLUSTR_TEST_CHROMIUM = browser;
  return spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env }).status !== 0;
}

function read(report) {
  return fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, "utf8")) : undefined;
}

/** What the report says of one check. A test that was skipped, for want of a browser say, is no promise kept. */
function testsRow(promise, name) {
  const file = files.find((each) => path.basename(each.name) === `${name}.test.ts`);
  if (file === undefined) return { promise, verdict: "not run", detail: "" };
  const all = file.assertionResults;
  const passed = all.filter(({ status }) => status === "passed").length;
  const broken = all.some(({ status }) => status === "failed") || file.status === "failed";
  const seconds = ((file.endTime - file.startTime) / 1000).toFixed(1);
  const verdict = broken ? "failed" : passed < all.length ? "not run" : "passed";
  return { promise, verdict, detail: `${passed} of ${all.length} tests, ${seconds} s` };
}

/** A run that did not come to its end is no promise kept either. */
function killsRow(promise) {
  const report = read(kills);
  if (report === undefined) return { promise, verdict: "not run", detail: "" };
  const verdict = report.failed > 0 ? "failed" : report.passed < KILL_RUNS ? "not run" : "passed";
  return { promise, verdict, detail: `${report.passed} of ${KILL_RUNS} runs` };
}
