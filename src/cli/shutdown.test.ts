import { spawn, type ChildProcess } from "node:child_process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";

let server: WireServer;
let home: Home;
let standIn: ChildProcess;

beforeEach(async () => {
  server = await WireServer.start();
  // Stands for the server's process: it is still there for a moment after the answer.
  standIn = spawn("sleep", ["30"]);
  home = new Home().file("server.json", JSON.stringify({ url: server.url, token: server.token, pid: standIn.pid }));
});
afterEach(async () => {
  standIn.kill("SIGKILL");
  home[Symbol.dispose]();
  await server.kill();
});

function answer(ended: { agents_ended: number; survivors: number[] }): void {
  server.answer("server.shutdown", () => {
    setTimeout(() => standIn.kill(), 300);
    return ended;
  });
}

test("ends agents and server, and returns when the server's process is gone", async () => {
  answer({ agents_ended: 3, survivors: [] });
  expect(await home.run(["shutdown"])).toEqual({ code: 0, out: "Ended 3 agents and the server.\n", err: "" });
  expect(standIn.killed).toBe(true);
  expect(server.calls).toMatchObject([{ name: "server.shutdown", input: { keep_agents: false } }]);
});

test("--keep-agents ends the server alone", async () => {
  answer({ agents_ended: 0, survivors: [] });
  expect((await home.run(["shutdown", "--keep-agents"])).out).toContain("agents go on running");
  expect(server.calls[0]?.input).toEqual({ keep_agents: true });
});

test("what could not be ended is named, with the command that ends it", async () => {
  answer({ agents_ended: 1, survivors: [4711, 4712] });
  const { code, out, err } = await home.run(["shutdown", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({ agents_ended: 1, survivors: [4711, 4712] });
  expect(err).toBe("clustr: These processes could not be ended: 4711, 4712. End them with: kill -9 4711 4712\n");
});

test("without a server, and without data of an earlier one, there is nothing to end", async () => {
  await server.kill();
  const { code, err } = await home.run(["shutdown"]);
  expect(code).toBe(7);
  expect(err).toContain("does not answer");
});
