import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { begin, copyOfRepository, finish, forNpm, personal, temporary, type Running } from "./programs.ts";

const place = temporary();
const clone = path.join(place.path, "clone");
const home = path.join(place.path, "home");
const project = path.join(place.path, "project");

beforeAll(async () => {
  for (const folder of [clone, home, project]) fs.mkdirSync(folder);
  await copyOfRepository(clone);
}, 60_000);
afterAll(() => place.remove());

/** `npm start` in the clone, called from a folder. `--silent`, because npm itself announces the script on stdout. */
function start(from: string, ...args: string[]): Running {
  return begin("npm", ["start", "--silent", "--prefix", clone, "--", ...args], from, {
    ...forNpm(),
    ...personal(home),
  });
}

async function openFolders(): Promise<string[]> {
  const done = await finish(
    process.execPath,
    [path.join(clone, "bin/clustr.js"), "workspaces", "--json"],
    project,
    personal(home),
  );
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return (JSON.parse(done.stdout) as { path: string }[]).map((workspace) => workspace.path);
}

test("from the clone npm start builds, opens a copy of the sample project, and prints one line; Ctrl-C ends it", async () => {
  const server = start(clone, "--json", "--no-open", "--port", "0");
  await server.ready;
  expect(await openFolders()).toEqual([path.join(home, ".clustr/sample")]);
  const log = await finish("git", ["log", "--oneline"], path.join(home, ".clustr/sample"), personal(home));
  expect(log.stdout.trim().split("\n")).toHaveLength(1);
  server.child.kill("SIGINT");
  const { code, stdout, stderr } = await server.ended;
  expect({ code, lines: stdout.split("\n").length - 1 }).toEqual({ code: 0, lines: 1 });
  expect(stderr).toMatch(
    /^clustr: building …\nclustr: built in [\d.]+ s\nclustr: no folder given: opening the sample project in .*\n/,
  );
});

test("from another folder it opens that one, without building again", async () => {
  const server = start(project, "--json", "--no-open", "--port", "0");
  await server.ready;
  expect(await openFolders()).toContain(project);
  server.child.kill("SIGTERM");
  const { stdout, stderr } = await server.ended;
  expect(stdout.split("\n")).toHaveLength(2);
  expect(stderr).not.toContain("clustr: ");
});

test("a command of clustr works the same way; without a server it says how to start one", async () => {
  const { code, stdout, stderr } = await start(project, "agents", "--json").ended;
  expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
  expect(stderr).toContain("No Clustr server is running");
});

test("a folder is taken from where it was called; shutdown ends everything", async () => {
  fs.mkdirSync(path.join(project, "inner"));
  const server = start(project, "--port", "0", "--json", "inner");
  await server.ready;
  expect(await openFolders()).toContain(path.join(project, "inner"));
  const shutdown = await finish(
    process.execPath,
    [path.join(clone, "bin/clustr.js"), "shutdown", "--json"],
    project,
    personal(home),
  );
  expect(shutdown, shutdown.stderr).toMatchObject({ code: 0 });
  expect(await server.ended).toMatchObject({ code: 0 });
});

test("a build that fails says why, where the log is, and leaves the old build in place", async () => {
  const broken = path.join(clone, "src/cli/broken.ts");
  fs.writeFileSync(broken, "const n: number = 'text';\nexport { n };\n");
  const { code, stdout, stderr } = await start(project, "--json").ended;
  fs.rmSync(broken);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("clustr: the build failed.");
  expect(stderr).toContain("src/cli/broken.ts(1,7)");
  expect(stderr).toContain("build.log");
  expect(fs.existsSync(path.join(clone, "dist/cli/main.js"))).toBe(true);
});

test("when packages cannot be had it tries once more, then says what happened and what to do", async () => {
  const bare = path.join(place.path, "bare");
  fs.mkdirSync(bare);
  await copyOfRepository(bare);
  fs.rmSync(path.join(bare, "node_modules"));
  const nowhere = {
    npm_config_registry: "http://127.0.0.1:1/",
    npm_config_cache: path.join(place.path, "npm-cache"),
    npm_config_fetch_retries: "0",
  };
  const { code, stdout, stderr } = await begin("npm", ["start", "--silent", "--prefix", bare, "--", "--json"], bare, {
    ...forNpm(),
    ...personal(home),
    ...nowhere,
  }).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /installing packages …\nclustr: that did not work; trying once more …\nclustr: could not install packages\./,
  );
  expect(stderr).toContain("install-root.log");
  expect(stderr).toContain("Check that the npm registry can be reached");
});
