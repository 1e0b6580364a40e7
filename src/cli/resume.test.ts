import { afterEach, beforeEach, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { agent } from "../../test/wire/samples.ts";
import { WireServer } from "../../test/wire/server.ts";

let server: WireServer;
let home: Home;

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  home = new Home().serve(server);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

test("an agent named is resumed, and nobody else", async () => {
  server.answer("agent.resume", ({ input }) => agent({ name: String(input["name"]), status: "spawning" }));
  const { code, out } = await home.run(["resume", "ada"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^ada {2}◌ spawning/);
  expect(server.calls.map(({ name }) => name)).toEqual(["workspace.list", "agent.resume"]);
});

test("--all says who was resumed, and of the others why not", async () => {
  const done = { resumed: ["ada", "bo"], left: [{ name: "cy", why: "12 agents are live, the limit." }] };
  server.answer("agent.resume_all", () => done);
  expect(await home.run(["resume", "--all"])).toEqual({
    code: 0,
    out: "resumed ada, bo\ncy was not resumed: 12 agents are live, the limit.\n",
    err: "",
  });
  expect(JSON.parse((await home.run(["resume", "--all", "--json"])).out)).toEqual(done);
  server.answer("agent.resume_all", () => ({ resumed: [], left: [] }));
  expect((await home.run(["resume", "--all"])).out).toBe("No conversation was cut short.\n");
});

test("the workspace's settings are shown, and changed by a flag", async () => {
  server.answer("settings.set", ({ input }) => ({ auto_resume: "off", ...input }));
  expect((await home.run(["settings"])).out).toBe("auto resume  off\n");
  expect((await home.run(["settings", "--auto-resume", "on"])).out).toBe("auto resume  on\n");
});
