/*
 * npm test -- [vitest filters]
 *
 * Does all set-up of a fresh clone (packages, Node 24, the pinned coding tools, a browser), builds, checks, runs every
 * test, and ends with one line: `N passed, N failed`. Exits non-zero when anything failed or nothing ran.
 */
import { spawn } from "child_process";
import fs from "fs";
import path from "path";
import { chromiumPath, installChromium } from "./chromium.js";
import { SetupFailure, build, install, nodeAtLeast, passSignals, root, seconds } from "./setup.js";

/** Runs of `npm run faults` that count as tests, as far as they fit into four minutes; more are made on demand. */
const FAULT_RUNS = 25;
const report = path.join(root, ".cache", "test-report.json");

main().catch((error) => {
  if (!(error instanceof SetupFailure)) process.stderr.write(String(error && error.stack) + "\n");
  console.log("0 passed, 1 failed");
  process.exit(1);
});

async function main() {
  const began = Date.now();
  const browser = needsBrowser() ? installChromium() : undefined;
  const node = await nodeAtLeast([24, 0]);
  await install(".", "packages");
  await install("test/clis", "the real coding tools, for tests");
  await install("tools/oldest-node", "the oldest Node that Clustr runs on, for tests");
  await browser;
  await build(node);
  const { check } = await import("./check.js");
  const checks = check(node);
  const tests = await vitest(node, process.argv.slice(2));
  // Named tests are for somebody who is at work on one thing.
  const faults = process.argv.length > 2 ? { passed: 0, failed: 0, skipped: 0 } : await breaking(node);
  const failed = checks.failed + tests.failed + faults.failed;
  const passed = checks.passed + tests.passed + faults.passed;
  const skipped = tests.skipped + faults.skipped;
  if (tests.passed + tests.failed === 0) console.log("No test ran: that counts as a failure.");
  if (chromiumPath() === undefined && needsBrowser())
    console.log("NOT RUN: the browser tests, because there is no Chromium on this machine.");
  console.log("in " + seconds(began));
  console.log(passed + " passed, " + failed + " failed" + (skipped > 0 ? ", " + skipped + " skipped" : ""));
  process.exit(failed > 0 || tests.passed === 0 ? 1 : 0);
}

/** Runs the tests and counts them from vitest's own report; a file that could not be loaded is one failure. */
async function vitest(node, filters) {
  fs.rmSync(report, { force: true });
  const args = ["run", "--reporter=default", "--reporter=json", "--outputFile.json=" + report, ...filters];
  const code = await inForeground(node, [path.join(root, "node_modules/vitest/vitest.mjs"), ...args]);
  const count = { passed: 0, failed: 0, skipped: 0 };
  const files = fs.existsSync(report) ? JSON.parse(fs.readFileSync(report, "utf8")).testResults : [];
  for (const file of files) {
    const before = count.failed;
    for (const test of file.assertionResults) {
      count[test.status === "passed" ? "passed" : test.status === "failed" ? "failed" : "skipped"]++;
    }
    if (file.status === "failed" && count.failed === before) count.failed++;
  }
  // Something outside any test went wrong, e.g. an error nobody awaited.
  if (code !== 0 && count.failed === 0) count.failed++;
  return count;
}

/** Breaks a real server in a few ways; each run counts as a test, and a runner that did not come to its end as a failure. */
async function breaking(node) {
  const summary = path.join(root, ".cache", "faults-report.json");
  fs.rmSync(summary, { force: true });
  const { faultsCommand } = await import("./faults.js");
  const [program, ...args] = faultsCommand(node, [
    "--runs",
    String(FAULT_RUNS),
    "--jobs",
    "2",
    "--minutes",
    "4",
    "--report",
    summary,
  ]);
  const code = await inForeground(program, args);
  if (!fs.existsSync(summary)) return { passed: 0, failed: 1, skipped: 0 };
  const { passed, failed, not_run } = JSON.parse(fs.readFileSync(summary, "utf8"));
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: not_run };
}

/** Runs the tests' process with this Node first on PATH, so that what tests start by the name `node` is the same. */
function inForeground(node, args) {
  const env = Object.assign({}, process.env, { PATH: path.dirname(node) + path.delimiter + process.env.PATH });
  const browser = chromiumPath();
  if (browser) env.CLUSTR_TEST_CHROMIUM = browser;
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env });
    const passing = passSignals(child);
    const end = (code) => {
      passing.stop();
      // Whoever interrupts the tests does not want what comes after them either.
      if (passing.seen) process.kill(process.pid, passing.seen);
      else resolve(code);
    };
    child.on("error", () => end(1));
    child.on("exit", (code) => end(code === null ? 1 : code));
  });
}

/** Whether any test drives a browser. */
function needsBrowser() {
  return testFiles(path.join(root, "test")).some((file) => fs.readFileSync(file, "utf8").includes("playwright-core"));
}

function testFiles(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules") return [];
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? testFiles(file) : /\.test\.tsx?$/.test(entry.name) ? [file] : [];
  });
}
