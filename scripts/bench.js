/*
 * npm run bench -- NAME [number] [--json FILE]
 * npm run bench -- all [--out FOLDER]
 *
 * Measures one part on this machine: test/bench/NAME.ts. Does all set-up of a fresh clone first. Prints a Markdown table of
 * medians with the machine they are of; `--json` also writes every value. Exits non-zero when a target was missed. `all`
 * runs one after the other and goes on after one that missed or failed; with `--out` each table and all values are kept
 * in that folder, and one report of all. Without a name it says which there are. Best on a machine that does nothing else.
 *
 * Everything a bench starts has one temporary folder in its environment. What still runs when the bench has ended (on Linux)
 * is named and ended, and the bench has failed.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build, install, nodeAtLeast, root } from "./setup.js";

const folder = path.join(root, "test/bench");
const names = fs.readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [path.basename(file, ".ts")] : []));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !["all", ...names].includes(name)) {
  console.error("npm run bench -- NAME [number] [--json FILE], or: npm run bench -- all [--out FOLDER]\n");
  for (const one of names) console.error(`  ${one.padEnd(22)} ${purpose(one)}`);
  process.exit(2);
}
const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await install("test/clis", "the real coding tools, for tests");
await build(node);
const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
process.exit(name === "all" ? await all() : await run(name, rest));

/** Runs all, and gives what the worst of them ended with. */
async function all() {
  const { out } = parseArgs({ args: rest, options: { out: { type: "string" } } }).values;
  const kept = out === undefined ? undefined : path.resolve(out);
  if (kept !== undefined) fs.mkdirSync(kept, { recursive: true });
  const began = new Date();
  const tables = [];
  let worst = 0;
  for (const one of names) {
    console.error(`\n${one}`);
    const args = kept === undefined ? [] : ["--json", path.join(kept, `${one}.json`)];
    // What an earlier run left there is not of this one.
    if (kept !== undefined) fs.rmSync(path.join(kept, `${one}.json`), { force: true });
    let table = "";
    const code = await run(one, args, (text) => (table += text));
    worst = Math.max(worst, code);
    tables.push(table.includes("## ") ? table : `## ${one}\n\nDid not come to its end.\n`);
  }
  const text = [head(began), ...tables].join("\n");
  if (kept !== undefined) {
    fs.writeFileSync(path.join(kept, "report.md"), text);
    const figures = names.map((one) => path.join(kept, `${one}.json`)).filter((file) => fs.existsSync(file));
    const values = figures.map((file) => JSON.parse(fs.readFileSync(file, "utf8")));
    fs.writeFileSync(path.join(kept, "report.json"), `${JSON.stringify(values, null, 2)}\n`);
    console.error(`\n${path.join(kept, "report.md")}`);
  }
  return worst;
}

/** Runs one. `hear` gets what it prints, which is shown as well. */
async function run(one, args, hear = () => {}) {
  // Short: sockets lie below it.
  const temporary = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "cb-"));
  const child = spawn(node, [path.join(folder, `${one}.ts`), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...env, TMPDIR: temporary },
  });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    process.stdout.write(text);
    hear(text);
  });
  const code = await new Promise((resolve) => child.on("close", (ended) => resolve(ended ?? 1)));
  const left = await endLeftovers(temporary);
  fs.rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  for (const line of left) console.error(`${one} left a process behind: ${line}`);
  return left.length > 0 ? Math.max(code, 1) : code;
}

/** Ends what has a folder in its environment or arguments, and says what that was. What is ending by itself gets 2 s. */
async function endLeftovers(below) {
  const look = () =>
    (fs.existsSync("/proc/self/environ") ? fs.readdirSync("/proc") : []).flatMap((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
      const line = textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      // A process that has ended and was not waited for has no arguments any more.
      const ours = line !== "" && `${line}\0${textOf(`/proc/${pid}/environ`)}`.includes(below);
      return ours ? [{ pid: Number(pid), line }] : [];
    });
  for (const end = Date.now() + 2_000; look().length > 0 && Date.now() < end;) await wait(100);
  const left = look();
  for (const end = Date.now() + 5_000; look().length > 0 && Date.now() < end; await wait(50))
    for (const { pid } of look())
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
  return left.map(({ pid, line }) => `${pid} ${line.slice(0, 200)}`);
}

function textOf(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Of what machine a report is, and of which versions. */
function head(began) {
  const clis = JSON.parse(fs.readFileSync(path.join(root, "test/clis/package.json"), "utf8"));
  const tools = Object.entries({ ...clis.dependencies, ...clis.devDependencies });
  const [processor] = os.cpus();
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).stdout.trim();
  return [
    "# Figures",
    "",
    `${began.toISOString()} to ${new Date().toISOString()}, commit ${commit || "unknown"}.`,
    `${os.cpus().length} cores (${processor === undefined ? "unknown" : processor.model}), ${Math.round(os.totalmem() / 1e9)} GB, ${os.type()} ${os.release()} ${os.arch()}.`,
    `Tools: ${tools.map(([tool, version]) => `${tool} ${version}`).join(", ")}.`,
    "The load before and after is said with each table.",
    "",
  ].join("\n");
}

/** The first sentence of what a bench says of itself. */
function purpose(one) {
  const text = fs.readFileSync(path.join(folder, `${one}.ts`), "utf8");
  const comment = /^\/\*\n([\s\S]*?)\*\//.exec(text)?.[1] ?? "";
  const [first] = comment
    .replaceAll(/\n \*/g, "")
    .replace(/^ \*\s*/, "")
    .split(/[:.,;](?:\s|$)/);
  return (first ?? "").trim();
}
