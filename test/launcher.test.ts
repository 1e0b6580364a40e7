import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const bin = fileURLToPath(new URL("../bin", import.meta.url));
const made: string[] = [];
afterEach(() => made.splice(0).forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

/** A folder that looks like an installed or cloned Clustr: the real launcher, and a program for it to start. */
function installation(program: string): { root: string; launcher: string } {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "clustr-launcher-"));
  made.push(root);
  fs.cpSync(bin, path.join(root, "bin"), { recursive: true });
  fs.mkdirSync(path.join(root, "dist", "cli"), { recursive: true });
  fs.writeFileSync(path.join(root, "package.json"), '{"type":"module"}');
  fs.writeFileSync(path.join(root, "dist", "cli", "main.js"), program);
  return { root, launcher: path.join(root, "bin", "clustr.js") };
}

/** Makes any Node say that it is another version, as `node --require` of the returned file. */
function pretend(root: string, version: string): string {
  const file = path.join(root, "pretend.cjs");
  fs.writeFileSync(file, `Object.defineProperty(process, "version", { value: ${JSON.stringify(version)} });`);
  return file;
}

test.each(["v22.14.0", "v22.20.1", "v23.6.0", "v24.0.0", "v30.1.0"])("Node %s is new enough", (version) => {
  const { root, launcher } = installation("console.log('started ' + process.argv.slice(2).join(' '))");
  const done = spawnSync(process.execPath, ["--require", pretend(root, version), launcher, "agents", "--json"], {
    encoding: "utf8",
  });
  expect(done).toMatchObject({ status: 0, stdout: "started agents --json\n", stderr: "" });
});

test.each(["v12.22.12", "v20.20.2", "v22.13.1", "v23.5.0"])(
  "Node %s is told what was found, what is needed and three ways on",
  (version) => {
    const { root, launcher } = installation("console.log('started')");
    const done = spawnSync(process.execPath, ["--require", pretend(root, version), launcher], { encoding: "utf8" });
    expect(done.status).toBe(1);
    expect(done.stdout).toBe("");
    expect(done.stderr).toContain(`found   ${version.slice(1)}`);
    expect(done.stderr).toContain("needed  22.14");
    expect(done.stderr).toContain("npx -y -p node@24 -p clustr -c clustr");
    expect(done.stderr.match(/^ +[123]\. /gm)).toHaveLength(3);
    expect(done.stderr.split("\n").length).toBeLessThan(24);
  },
);

/** A clone whose own Node (this one, without the pretence) waits in tools/node. */
function clone(program: string): { root: string; launcher: string } {
  const { root, launcher } = installation(program);
  const own = path.join(root, "tools/node/node_modules", `node-${process.platform}-${process.arch}`, "bin");
  fs.mkdirSync(own, { recursive: true });
  fs.symlinkSync(process.execPath, path.join(own, "node"));
  return { root, launcher };
}

test("on an old Node a clone uses its own Node, and the exit code comes through", () => {
  const { root, launcher } = clone("console.log(process.argv.slice(2).join(' ')); process.exitCode = 42");
  const done = spawnSync(process.execPath, ["--require", pretend(root, "v20.20.2"), launcher, "a b", "--json"], {
    encoding: "utf8",
  });
  expect(done).toMatchObject({ status: 42, stdout: "a b --json\n" });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s reaches the program behind the launcher", async (signal) => {
  const { root, launcher } = clone(`
    process.on("${signal}", () => { console.log("got ${signal}"); process.exit(9); });
    setInterval(() => {}, 1000);
    console.log("ready");`);
  const child = spawn(process.execPath, ["--require", pretend(root, "v20.20.2"), launcher], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes("ready")) child.kill(signal);
    out += text;
  });
  expect(await once(child, "close")).toEqual([9, null]);
  expect(out).toBe(`ready\ngot ${signal}\n`);
});

test("a program ended by a signal ends the launcher by the same signal", async () => {
  const { root, launcher } = clone("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)");
  const child = spawn(process.execPath, ["--require", pretend(root, "v20.20.2"), launcher], { stdio: "ignore" });
  expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
});

test("a clone that is not built says what to run", () => {
  const { root, launcher } = installation("");
  fs.rmSync(path.join(root, "dist"), { recursive: true });
  const done = spawnSync(process.execPath, [launcher], { encoding: "utf8" });
  expect(done.status).toBe(1);
  expect(done.stderr).toContain("npm start");
});
