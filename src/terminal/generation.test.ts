import { existsSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isRunning, readAll, terminalHome, type TerminalHome, until } from "../../test/suites/terminal-home.ts";

const never = new AbortController().signal;
let at: TerminalHome;
beforeEach(() => {
  at = terminalHome();
});
afterEach(() => at.end());

it("leaves an older release's terminals to its host, which ends after the last of them", async () => {
  const old = await at.connect({ version: "1.0.0" });
  await old.ensure(at.script("elder.1", "echo started; read line; echo old says $line; exit 9"));
  await old.ensure(at.script("done.1", "echo long ago; exit 2"));
  await old.exited("done.1", never);
  const [oldHost] = at.hosts();
  await old.close();

  const young = await at.connect({ version: "2.0.0" });
  expect(at.hosts().map((record) => record.version)).toEqual(["1.0.0", "2.0.0"]);
  expect(await young.ensure(at.script("elder.1", "exit 1")), "not started a second time").toMatchObject({
    id: "elder.1",
  });
  await young.ensure(at.script("young.1", "read line"));
  expect((await young.list()).map((info) => info.id).sort()).toEqual(["done.1", "elder.1", "young.1"]);
  const following = readAll(young, "elder.1");
  const exited = young.exited("elder.1", never);
  await young.write("elder.1", Buffer.from("so long\n"));
  expect((await following).bytes.toString()).toContain("old says so long");
  expect(await exited).toMatchObject({ code: 9 });

  await until("the old host has ended", () => !isRunning(oldHost?.pid ?? 0));
  expect(at.hosts().map((record) => record.version)).toEqual(["2.0.0"]);
  // What ended there can still be read, and its exit is known.
  expect((await readAll(young, "elder.1")).bytes.toString()).toContain("old says so long");
  expect((await young.list()).find((info) => info.id === "done.1")?.exit).toMatchObject({ code: 2 });
  expect(await young.exited("done.1", never)).toMatchObject({ code: 2 });
  expect(await young.shutdown(200)).toEqual({ ended: 1, survivors: [] });
});

it("kills a terminal of an older release's host, and ends both at a shutdown", async () => {
  await (await at.connect({ version: "1.0.0" })).ensure(at.script("elder.1", "sleep 60"));
  const young = await at.connect({ version: "2.0.0" });
  await young.ensure(at.script("young.1", "sleep 60"));
  await (await at.connect({ version: "3.0.0" })).ensure(at.script("baby.1", "sleep 60"));
  const hosts = at.hosts();
  expect(hosts).toHaveLength(3);
  const last = await at.connect({ version: "3.0.0" });
  expect(await last.kill("elder.1", 500)).toEqual({ survivors: [] });
  expect(await last.shutdown(500)).toMatchObject({ ended: 2, survivors: [] });
  await until("all have ended", () => hosts.every(({ pid }) => !isRunning(pid)));
  expect(at.hosts()).toEqual([]);
  expect(existsSync(at.runtimeDir), "the last host takes the folder for sockets along").toBe(false);
});
