import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import {
  freshMark,
  FULL,
  isRunning,
  marked,
  readAll,
  readUntil,
  sha1,
  terminalHome,
  type TerminalHome,
  until,
} from "../../test/suites/terminal-home.ts";
import { hostFolder } from "./generation.ts";
import { connectTerminalHost } from "./client.ts";

const never = new AbortController().signal;
let at: TerminalHome;
function fresh(name?: string): TerminalHome {
  return (at = terminalHome(name));
}
afterEach(() => at.end());

/** Arguments for Node, to follow a terminal of this home in a process of its own. */
function driver(id: string, file: string): string[] {
  const { home, runtimeDir } = at;
  const options = { home, runtimeDir, doorTarget: join(runtimeDir, "server.sock"), version: "1.0.0" };
  return [
    fileURLToPath(new URL("../../test/suites/terminal-follower.ts", import.meta.url)),
    JSON.stringify(options),
    id,
    file,
  ];
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
  await until("losers of the race have ended", () => at.hosts().length === 1);
  const ports = await Promise.all([...clients, later].map((client) => client.doorPort()));
  expect(new Set(ports).size).toBe(1);
  await clients[0]?.ensure(at.script("shared.1", "echo hello; read line"));
  expect(await readUntil(later, "shared.1", "hello")).toContain("hello");
  const [record] = at.hosts();
  expect(record?.pid).toBeGreaterThan(0);
  expect(statSync(join(hostFolder(at.home), "1.json")).mode & 0o777).toBe(0o600);
  expect(statSync(hostFolder(at.home)).mode & 0o777).toBe(0o700);
  expect(statSync(record?.socket ?? "").mode & 0o777).toBe(0o600);
  expect(statSync(at.runtimeDir).mode & 0o777).toBe(0o700);
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
    const [before] = at.hosts();
    process.kill(before?.pid ?? 0, "SIGKILL");

    const gone = { status: "rejected", reason: { code: "not_found" } };
    expect(await Promise.allSettled([exited, followed])).toMatchObject([gone, gone]);
    expect((await host.list()).map((info) => info.id)).toEqual(["ended.1"]);
    expect((await readAll(host, "ended.1")).bytes.toString()).toBe("kept\r\n");
    expect(await host.exited("ended.1", never)).toMatchObject({ code: 4 });
    expect(at.hosts().map((record) => record.epoch)).not.toContain(before?.epoch);
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
  process.kill(at.hosts()[0]?.pid ?? 0, "SIGKILL");
  const second = await host.ensure(spec);
  expect(second.epoch).not.toBe(first.epoch);
  await until("only the second is there", () => marked(mark).join() === `${second.pid}`);
  expect(marked(mark)).not.toContain(first.pid);
});

it("says unavailable within 5 s when the host does not answer", { timeout: 20_000 }, async () => {
  fresh();
  const host = await at.connect();
  const pid = at.hosts()[0]?.pid ?? 0;
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
  const pid = at.hosts()[0]?.pid ?? 0;
  await host.ensure(at.script("alive.1", "sleep 1.5"));
  await host.close();
  await sleep(1_200);
  expect(isRunning(pid), "a program runs").toBe(true);
  await until("it has ended", () => !isRunning(pid));
  expect(at.hosts()).toEqual([]);
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
  const pid = at.hosts()[0]?.pid ?? 0;
  expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("s3cret");
  expect(readFileSync(`/proc/${pid}/environ`, "latin1")).not.toContain("CLUSTR_TERMINAL");
});

it("does not hold on to a pipe or lock its starter happened to have open", async () => {
  fresh();
  const file = join(at.dir, "copy.bin");
  writeFileSync(file, "");
  // A high number: Node itself lets go of the low ones when it starts.
  const stdio = [...Array.from({ length: 40 }, () => "ignore" as const), "pipe" as const];
  const starter = spawn(process.execPath, driver("none.1", file), { stdio });
  (starter.stdio as unknown as Readable[])[40]?.resume();
  // "close" comes when nobody has the other end of the pipe any more.
  await new Promise((resolve) => starter.once("close", resolve));
  const [host] = at.hosts();
  expect(isRunning(host?.pid ?? 0), "the host goes on").toBe(true);
  await at.connect();
});
