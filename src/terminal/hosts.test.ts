import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import {
  freshMark,
  FULL,
  marked,
  readAll,
  readUntil,
  sha1,
  terminalHome,
  type TerminalHome,
  until,
} from "../../test/suites/terminal-home.ts";
import { type HostRecord, hostFolder } from "./generation.ts";
import { connectTerminalHost } from "./client.ts";

const never = new AbortController().signal;
let at: TerminalHome;
function fresh(name?: string): TerminalHome {
  return (at = terminalHome(name));
}
afterEach(() => at.end());

function records(): HostRecord[] {
  return readdirSync(hostFolder(at.home))
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(hostFolder(at.home), name), "utf8")) as HostRecord)
    .sort((a, b) => a.generation - b.generation);
}
function isThere(pid: number): boolean {
  try {
    // A zombie has ended; where nobody reaps, it stays for ever.
    return !readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");
  } catch {
    return false;
  }
}

/** A program that lives on when its terminal goes; `mark` is a file. */
function hangsOn(mark: string): string {
  writeFileSync(mark, "");
  return `trap '' HUP; exec tail -f ${mark}`;
}

const KILLS = FULL ? 30 : 4;
it(
  `resumes a follower that was killed ${KILLS} times in the middle of 20 MB without losing or doubling a byte`,
  { timeout: 120_000 },
  async () => {
    fresh();
    const host = await at.connect();
    const source = join(at.dir, "source.bin");
    const content = randomBytes(20_000_000);
    writeFileSync(source, content);
    // In pieces, so that it is still printing while followers come and go.
    const piece = `dd if=${source} bs=500000 skip=$i count=1 2>/dev/null; i=$((i+1)); sleep ${FULL ? 0.4 : 0.04}`;
    await host.ensure(at.script("long.1", `stty raw -echo; i=0; while [ $i -lt 40 ]; do ${piece}; done`));

    const copy = join(at.dir, "copy.bin");
    writeFileSync(copy, "");
    const options = JSON.stringify({
      home: at.home,
      runtimeDir: at.runtimeDir,
      doorTarget: join(at.runtimeDir, "server.sock"),
      version: "1.0.0",
    });
    const driver = fileURLToPath(new URL("../../test/suites/terminal-follower.ts", import.meta.url));
    const follow = () =>
      spawn(process.execPath, [driver, options, "long.1", copy], { stdio: ["ignore", "pipe", "inherit"] });
    let midway = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const before = statSync(copy).size;
      const follower = follow();
      const gone = new Promise((resolve) => follower.once("exit", resolve));
      await until(
        "it has copied something",
        () => statSync(copy).size > before || before === content.length || follower.exitCode !== null,
      );
      await sleep(Math.random() * 100);
      follower.kill("SIGKILL");
      await gone;
      if (statSync(copy).size < content.length) midway++;
    }
    expect(midway, "kills before the end").toBeGreaterThan(0);
    const last = follow();
    expect(await new Promise((resolve) => last.once("exit", resolve))).toBe(0);
    expect(statSync(copy).size).toBe(content.length);
    expect(sha1(readFileSync(copy))).toBe(sha1(content));
  },
);

it("is one host for all who connect at the same time, and for those who come later", async () => {
  fresh();
  const clients = await Promise.all([at.connect(), at.connect(), at.connect()]);
  const later = await at.connect();
  await until("losers of the race have ended", () => records().length === 1);
  const ports = await Promise.all([...clients, later].map((client) => client.doorPort()));
  expect(new Set(ports).size).toBe(1);
  await clients[0]?.ensure(at.script("shared.1", "echo hello; read line"));
  expect(await readUntil(later, "shared.1", "hello")).toContain("hello");
  const [record] = records();
  expect(record?.pid).toBeGreaterThan(0);
  expect(statSync(join(hostFolder(at.home), "1.json")).mode & 0o777).toBe(0o600);
  expect(statSync(hostFolder(at.home)).mode & 0o777).toBe(0o700);
  expect(statSync(record?.socket ?? "").mode & 0o777).toBe(0o600);
  expect(statSync(at.runtimeDir).mode & 0o777).toBe(0o700);
});

it("leaves an older release's terminals to its host, which ends after the last of them", async () => {
  fresh();
  const old = await at.connect({ version: "1.0.0" });
  await old.ensure(at.script("elder.1", "echo started; read line; echo old says $line; exit 9"));
  await old.ensure(at.script("done.1", "echo long ago; exit 2"));
  await old.exited("done.1", never);
  const [oldHost] = records();
  await old.close();

  const young = await at.connect({ version: "2.0.0" });
  expect(records().map((record) => record.version)).toEqual(["1.0.0", "2.0.0"]);
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

  await until("the old host has ended", () => !isThere(oldHost?.pid ?? 0));
  expect(records().map((record) => record.version)).toEqual(["2.0.0"]);
  // What ended there can still be read, and its exit is known.
  expect((await readAll(young, "elder.1")).bytes.toString()).toContain("old says so long");
  expect((await young.list()).find((info) => info.id === "done.1")?.exit).toMatchObject({ code: 2 });
  expect(await young.exited("done.1", never)).toMatchObject({ code: 2 });
  expect(await young.shutdown(200)).toEqual({ ended: 1, survivors: [] });
});

it("kills a terminal of an older release's host, and ends both at a shutdown", async () => {
  fresh();
  await (await at.connect({ version: "1.0.0" })).ensure(at.script("elder.1", "sleep 60"));
  const young = await at.connect({ version: "2.0.0" });
  await young.ensure(at.script("young.1", "sleep 60"));
  await (await at.connect({ version: "3.0.0" })).ensure(at.script("baby.1", "sleep 60"));
  const hosts = records();
  expect(hosts).toHaveLength(3);
  const last = await at.connect({ version: "3.0.0" });
  expect(await last.kill("elder.1", 500)).toEqual({ survivors: [] });
  expect(await last.shutdown(500)).toMatchObject({ ended: 2, survivors: [] });
  await until("all have ended", () => hosts.every(({ pid }) => !isThere(pid)));
  expect(records()).toEqual([]);
  expect(readdirSync(at.runtimeDir)).toEqual([]);
});

it(
  "starts a new host after one was killed, knows what had ended, and finds and ends what runs on unseen",
  { timeout: 30_000 },
  async () => {
    fresh();
    const mark = join(at.dir, freshMark());
    const host = await at.connect();
    await host.ensure(at.script("ended.1", "echo kept; exit 4"));
    await host.exited("ended.1", never);
    await host.ensure(at.script("immune.1", hangsOn(mark)));
    await until("it is there", () => marked(mark).length === 1);
    const exited = host.exited("immune.1", never);
    const followed = readAll(host, "immune.1");
    const [before] = records();
    process.kill(before?.pid ?? 0, "SIGKILL");

    await expect(exited).rejects.toMatchObject({ code: "not_found" });
    await expect(followed).rejects.toMatchObject({ code: "not_found" });
    expect((await host.list()).map((info) => info.id)).toEqual(["ended.1"]);
    expect((await readAll(host, "ended.1")).bytes.toString()).toBe("kept\r\n");
    expect(await host.exited("ended.1", never)).toMatchObject({ code: 4 });
    expect(records().map((record) => record.epoch)).not.toContain(before?.epoch);
    expect(readdirSync(at.runtimeDir), "the dead host's socket is cleared away").toHaveLength(1);

    expect(marked(mark)).toHaveLength(1);
    expect(await host.orphans()).toMatchObject([
      { id: "immune.1", pids: expect.arrayContaining(marked(mark)) as number[] },
    ]);
    expect(await host.kill("immune.1", 100)).toEqual({ survivors: [] });
    expect(marked(mark)).toEqual([]);
    expect(await host.orphans()).toEqual([]);
    await host.forget("immune.1");
    await expect(host.kill("immune.1", 0)).rejects.toMatchObject({ code: "not_found" });
  },
);

it("never runs a program twice under one id: what a dead host left of it ends first", async () => {
  fresh();
  const mark = join(at.dir, freshMark());
  const host = await at.connect();
  const spec = at.script("again.1", hangsOn(mark));
  const first = await host.ensure(spec);
  await until("it is there", () => marked(mark).length === 1);
  process.kill(records()[0]?.pid ?? 0, "SIGKILL");
  const second = await host.ensure(spec);
  expect(second.epoch).not.toBe(first.epoch);
  await until("only the second is there", () => marked(mark).join() === `${second.pid}`);
  expect(marked(mark)).not.toContain(first.pid);
});

it("says unavailable within 5 s when the host does not answer", { timeout: 20_000 }, async () => {
  fresh();
  const host = await at.connect();
  const pid = records()[0]?.pid ?? 0;
  process.kill(pid, "SIGSTOP");
  try {
    const start = Date.now();
    await expect(host.list()).rejects.toMatchObject({ code: "unavailable" });
    expect(Date.now() - start).toBeLessThan(6_000);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  expect(await host.list()).toEqual([]);
});

it("ends by itself when it has no terminals and nobody is connected, and not before", async () => {
  fresh();
  const host = await at.connect({ idleMs: 300 });
  const pid = records()[0]?.pid ?? 0;
  await host.ensure(at.script("alive.1", "sleep 1.5"));
  await host.close();
  await sleep(1_200);
  expect(isThere(pid), "a program runs").toBe(true);
  await until("it has ended", () => !isThere(pid));
  expect(records()).toEqual([]);
});

it("works with a home of more than 100 characters, and says what to do when the folder for sockets has such a name", async () => {
  fresh(`h${"o".repeat(120)}me`);
  const host = await at.connect();
  await host.ensure(
    at.script("deep.1", "echo deep", { journal: join(at.home, "workspaces", "w1", "journals", "deep.1") }),
  );
  expect((await readAll(host, "deep.1")).bytes.toString()).toBe("deep\r\n");
  const options = { home: at.home, doorTarget: "/nowhere", version: "9.9.9", signal: never, log: () => {} };
  await expect(connectTerminalHost({ ...options, runtimeDir: join(at.dir, "r".repeat(100)) })).rejects.toMatchObject({
    code: "invalid",
  });
});

it("says why when a host cannot start", async () => {
  fresh();
  await (await at.connect()).close();
  writeFileSync(join(at.dir, "plain"), "");
  const options = { home: at.home, doorTarget: "/nowhere", version: "9.9.9", signal: never, log: () => {} };
  const connecting = connectTerminalHost({ ...options, runtimeDir: join(at.dir, "plain") });
  await expect(connecting).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("EEXIST") as string,
  });
});

it("does not hand the host what the server was started with", async () => {
  fresh();
  process.env["SECRET_OF_THE_SERVER"] = "s3cret";
  await at.connect();
  delete process.env["SECRET_OF_THE_SERVER"];
  const pid = records()[0]?.pid ?? 0;
  expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("s3cret");
  expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("CLUSTR_TERMINAL");
});
