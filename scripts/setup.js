/*
 * What a fresh clone needs before anything can run: packages, a new enough Node, a build. Used by `npm start` and
 * `npm test`. Runs on the Node the machine has, so it keeps to syntax that Node 14 can read and to built-in modules.
 * Says one line per step on stderr; stdout stays free for the program that follows.
 */
import { spawn } from "child_process";
import { createHash } from "crypto";
import fs from "fs";
import path from "path";
import { fileURLToPath } from "url";

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const cache = path.join(root, ".cache");
const stampName = ".clustr-installed";

/** An install that has not ended by then has hung. */
const INSTALL_LIMIT_MS = 15 * 60 * 1000;
const SOURCES = ["src", "scripts/build.js", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];

/** One line about set-up, for a person. */
export function say(line) {
  process.stderr.write("clustr: " + line + "\n");
}

/** A failure that was already explained to the person in full. */
export class SetupFailure extends Error {}

/**
 * Installs the packages of a folder that has a lock file, unless that was done for this very lock file. Package scripts
 * never run: nothing here needs them. Tries twice, because a cold registry can be slow to answer the first time.
 */
export async function install(folder, what) {
  const where = path.join(root, folder);
  const modules = path.join(where, "node_modules");
  const stamp = path.join(modules, stampName);
  const wanted = hashOf([path.join(where, "package-lock.json")]) + " " + process.platform + "-" + process.arch;
  if (readText(stamp) === wanted) return false;
  const began = Date.now();
  say("installing " + what + " …");
  const log = path.join(cache, "logs", "install-" + (folder === "." ? "root" : folder.replace(/\W+/g, "-")) + ".log");
  // Not `npm ci`: it refuses a lock file from which a registry left out other platforms' optional packages. This installs
  // exactly what is locked and never rewrites the lock file.
  const args = [
    "install",
    "--no-save",
    "--include=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=http",
  ];
  let code = await logged(npm(args), where, log, INSTALL_LIMIT_MS);
  if (code !== 0) {
    say("that did not work; trying once more …");
    code = await logged(npm(args), where, log, INSTALL_LIMIT_MS);
  }
  if (code !== 0) {
    fail(
      "could not install " + what + ".",
      log,
      "Nothing else was changed. Check that the npm registry can be reached, then run the same command again.",
    );
  }
  fs.writeFileSync(stamp, wanted);
  say("installed " + what + " in " + seconds(began));
  return true;
}

/**
 * Path of a Node that is at least `need` ([major, minor]): the one running this, or one installed from npm into
 * tools/node, which the machine's own Node never notices.
 */
export async function nodeAtLeast(need) {
  const mine = process.versions.node.split(".").map(Number);
  if (mine[0] > need[0] || (mine[0] === need[0] && mine[1] >= need[1])) return process.execPath;
  await install("tools/node", "Node 24 (this machine has " + process.versions.node + ")");
  const node = ownNode();
  if (node) return node;
  say("there is no Node package for " + process.platform + "-" + process.arch + ".");
  say("Install Node " + need.join(".") + " or newer (https://nodejs.org), then run the same command again.");
  throw new SetupFailure();
}

function ownNode() {
  return ["node-", "node-bin-"]
    .map((name) =>
      path.join(root, "tools", "node", "node_modules", name + process.platform + "-" + process.arch, "bin", "node"),
    )
    .find((file) => fs.existsSync(file));
}

/** Builds `dist` unless it was made from exactly these sources. */
export async function build(node) {
  if (readText(path.join(root, "dist", ".sources")) === sourceHash()) return false;
  const began = Date.now();
  say("building …");
  const log = path.join(cache, "logs", "build.log");
  const code = await logged([node, path.join(root, "scripts", "build.js")], root, log, INSTALL_LIMIT_MS);
  if (code !== 0) fail("the build failed.", log, "What was built before is still in place.");
  say("built in " + seconds(began));
  return true;
}

/** Names the state of everything the build is made from. */
export function sourceHash() {
  return hashOf(
    SOURCES.flatMap((name) => filesIn(path.join(root, name))).filter((file) => !/\.test\.tsx?$/.test(file)),
  );
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(path.relative(root, file) + "\0")
      .update(fs.readFileSync(file))
      .update("\0");
  return hash.digest("hex");
}

/** Every file below a path, in a fixed order; the path itself when it is a file; none when it is missing. */
function filesIn(where) {
  if (!fs.existsSync(where)) return [];
  if (!fs.statSync(where).isDirectory()) return [where];
  return fs
    .readdirSync(where)
    .filter((name) => name !== "node_modules")
    .sort()
    .flatMap((name) => filesIn(path.join(where, name)));
}

/** npm as a command line: the very npm that runs this script, else the one on PATH. */
export function npm(args) {
  const cli = process.env.npm_execpath;
  return cli && /\.c?js$/.test(cli) ? [process.execPath, cli].concat(args) : ["npm"].concat(args);
}

/** Runs a command with its output in a log file. Resolves with the exit code; a signal or a hang counts as 1. */
export function logged(command, cwd, log, limitMs) {
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const out = fs.openSync(log, "w");
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd, stdio: ["ignore", out, out] });
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    const passing = passSignals(child);
    const end = (code) => {
      clearTimeout(timer);
      passing.stop();
      fs.closeSync(out);
      // Whoever interrupts set-up wants it to end, not to be told that a step failed and is tried again.
      if (passing.seen) process.kill(process.pid, passing.seen);
      else resolve(code);
    };
    child.on("error", (error) => {
      fs.writeSync(out, String(error) + "\n");
      end(1);
    });
    child.on("exit", (code) => end(code === null ? 1 : code));
  });
}

/** Hands SIGINT, SIGTERM and SIGHUP on to a child until `stop` is called. `seen` is the last of them that came. */
export function passSignals(child) {
  const passing = { seen: undefined, stop };
  const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
    const handler = () => {
      passing.seen = signal;
      // A terminal sends Ctrl-C to parent and child alike; passing it on as well would count as pressing it twice.
      if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.removeListener(signal, handler);
  });
  function stop() {
    handlers.forEach((remove) => remove());
  }
  return passing;
}

/** Ends this process the way its child ended, once it has. */
export function endWith(child) {
  const passing = passSignals(child);
  child.on("error", (error) => {
    say("could not run " + child.spawnfile + ": " + error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    passing.stop();
    if (signal === null) process.exit(code === null ? 1 : code);
    process.kill(process.pid, signal);
  });
}

function fail(what, log, remedy) {
  const tail = readText(log).trimEnd().split("\n").slice(-15);
  say(what);
  tail.forEach((line) => process.stderr.write("  | " + line + "\n"));
  say("The full log is in " + path.relative(process.cwd(), log) + ". " + remedy);
  throw new SetupFailure();
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

export function seconds(began) {
  return ((Date.now() - began) / 1000).toFixed(1) + " s";
}
