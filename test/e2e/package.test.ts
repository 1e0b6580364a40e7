import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../source/read.ts";
import { begin, finish, forNpm, personal, temporary } from "./programs.ts";

const { version, engines } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  version: string;
  engines: { node: string };
};
const place = temporary();
const home = path.join(place.path, "home");
const empty = path.join(place.path, "empty");
const clustr = path.join(place.path, "installed/node_modules/.bin/clustr");
let packed: { filename: string; size: number; files: { path: string; mode: number }[] };

beforeAll(async () => {
  for (const folder of [home, empty, path.join(place.path, "installed")]) fs.mkdirSync(folder);
  const pack = await finish("npm", ["pack", "--json", "--pack-destination", place.path], root, forNpm());
  expect(pack, pack.stderr).toMatchObject({ code: 0 });
  // What prepack prints comes first.
  const [only] = JSON.parse(pack.stdout.slice(pack.stdout.search(/^\[/m))) as (typeof packed)[];
  if (!only) throw new Error("npm pack named no package");
  packed = only;
  const install = await finish(
    "npm",
    ["install", "--ignore-scripts", "--no-audit", "--no-fund", path.join(place.path, packed.filename)],
    path.join(place.path, "installed"),
    forNpm(),
  );
  expect(install, install.stderr).toMatchObject({ code: 0 });
}, 240_000);
afterAll(() => place.remove());

test("the package holds what is needed to run, and nothing else", () => {
  const names = packed.files.map(({ path: name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "bin/clustr.js",
      "bin/package.json",
      "dist/cli/main.js",
      "dist/daemon.js",
      "dist/services/script/agent.js",
      "sample/README.md",
      "sample/demo/ada.json",
      "LICENSE",
      "package.json",
    ]),
  );
  expect(names.filter((name) => !/^(bin|dist|sample)\/|^(README\.md|LICENSE|package\.json)$/.test(name))).toEqual([]);
  expect(names.filter((name) => /\.tsx?$|^dist\/.*\.test\.|\.map$/.test(name))).toEqual([]);
  expect(packed.size).toBeLessThan(3_000_000);
});

test("installed without running any package's scripts, clustr says its version", async () => {
  expect(await finish(clustr, ["--version"], empty, personal(home))).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: "",
  });
});

test("it starts from an empty folder, says so in one line of JSON, and shuts down with nothing left", async () => {
  const server = begin(clustr, ["--json", "--no-open", "--port", "0"], empty, personal(home));
  const ready = await server.ready;
  expect(ready).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
    login: expect.stringContaining("/login") as unknown,
    workspace: expect.any(String) as unknown,
    pid: expect.any(Number) as unknown,
  });
  const agents = await finish(clustr, ["agents", "--json"], empty, personal(home));
  expect(agents).toMatchObject({ code: 0, stdout: "[]\n" });
  const shutdown = await finish(clustr, ["shutdown", "--json"], empty, personal(home));
  expect(shutdown, shutdown.stderr).toMatchObject({ code: 0 });
  const { code, stdout } = await server.ended;
  expect({ code, lines: stdout.trimEnd().split("\n").length }).toEqual({ code: 0, lines: 1 });
  expect(fs.readdirSync(empty)).toEqual([]);
});

test("its demonstration works: three agents list each other, share, talk, edit and finish", async () => {
  const demo = await finish(clustr, ["demo", "--json"], empty, personal(home));
  expect(demo, demo.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(demo.stdout)).toMatchObject({
    finished: true,
    agents: ["ada", "ben", "cleo"].map((name) => ({ name, status: "done", outcome: "finished" })),
    messages: 7,
    notes: 2,
  });
  const project = path.join(home, ".clustr/demo");
  const changed = await finish("git", ["diff", "--name-only"], project, personal(home));
  expect(changed.stdout.trim().split("\n")).toEqual(["README.md", "src/brew.js", "src/menu.js"]);
  expect(await finish(process.execPath, ["test/house.test.js"], project, personal(home))).toMatchObject({
    code: 0,
    stdout: "4 teas, everything in order\n",
  });
});

/** Of the oldest Node, where there is a package of it for this machine. */
const oldest = path.join(root, "tools/oldest-node/node_modules", `node-${process.platform}-${process.arch}`, "bin");

test.skipIf(!fs.existsSync(oldest))("all of it works on the oldest Node that it says it needs", async () => {
  const own = path.join(place.path, "old");
  const project = path.join(own, "project");
  const elsewhere = path.join(own, "elsewhere");
  for (const folder of [own, project, elsewhere]) fs.mkdirSync(folder);
  const env = personal(own, { PATH: `${oldest}${path.delimiter}${process.env["PATH"] ?? ""}` });
  const run = async (...args: string[]) => {
    const ran = await finish(clustr, args, project, env);
    expect(ran, `clustr ${args.join(" ")}\n${ran.stderr}`).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const node = await finish("node", ["--version"], project, env);
  expect(engines.node).toContain(`>=${node.stdout.trim().slice(1).replace(/\.0$/, "")}`);
  expect(await run("demo", "--brief")).toContain("three files changed");
  const server = begin(clustr, ["--json", "--no-open", "--port", "0"], project, env);
  await server.ready;
  fs.writeFileSync(path.join(project, "steps.json"), JSON.stringify([{ write: "made.txt", text: "by an agent" }]));
  await run("spawn", "eve", "--service", "script", "--task", "steps.json", "--wait", "done");
  expect(fs.readFileSync(path.join(project, "made.txt"), "utf8")).toBe("by an agent");
  expect(await run("diff", "eve")).toContain("made.txt");
  const file = path.join(own, "workspace.export");
  await run("export", "--to", file);
  expect(await run("import", file, "--into", elsewhere)).toContain("is a workspace now");
  // Without a coding tool it ends with 1, and has nothing else to say.
  const doctor = await finish(clustr, ["doctor", "--json"], project, env);
  expect(JSON.parse(doctor.stdout)).toMatchObject({ sound: true, node: { findings: [] }, mends: [] });
  await run("shutdown");
  expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
});
