import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TerminalHost } from "../../core/ports/terminal.ts";
import { FULL, readAll, readUntil, sha1, terminalHome, until } from "../../../test/suites/terminal-home.ts";
import { openPty } from "./pty.ts";

const at = terminalHome();
let host: TerminalHost;
beforeAll(async () => {
  host = await at.connect();
});
afterAll(() => at.end());

/** Text of `size` bytes, as a terminal prints it. */
function text(name: string, size: number): { path: string; printed: Buffer } {
  const path = join(at.dir, name);
  const content = randomBytes(size).toString("base64").replaceAll(/.{99}/g, "$&\n").slice(0, size);
  writeFileSync(path, content);
  return { path, printed: Buffer.from(content.replaceAll("\n", "\r\n")) };
}

const RUNS = FULL ? 200 : 30;
it(`loses no byte of a program that prints 300 KB and exits, ${RUNS} times`, { timeout: 120_000 }, async () => {
  const { path, printed } = text("tail.txt", 300_000);
  const expected = sha1(printed);
  const lost: string[] = [];
  for (let run = 0; run < RUNS; run += 5) {
    const ids = [0, 1, 2, 3, 4].map((i) => `tail.${run + i}`);
    await Promise.all(
      ids.map(async (id) => {
        await host.ensure(at.script(id, "", { command: "/bin/cat", args: [path] }));
        const { bytes } = await readAll(host, id);
        if (sha1(bytes) !== expected) lost.push(`${id}: ${printed.length - bytes.length} bytes`);
        await host.forget(id);
      }),
    );
  }
  expect(lost).toEqual([]);
});

it("loses nothing when the program ends while it has to wait for the disk", async () => {
  const { path, printed } = text("paused.txt", 9_000);
  for (let run = 0; run < 3; run++) {
    const parts: Buffer[] = [];
    const ended = Promise.withResolvers<number | null>();
    const spec = at.script(`paused.${run}`, `cat ${path}; exit 6`);
    const pty = openPty(spec, "test:paused", {
      data: (bytes) => parts.push(bytes),
      exit: (code) => ended.resolve(code),
    });
    pty.pause();
    expect(await ended.promise).toBe(6);
    expect(Buffer.concat(parts).equals(printed)).toBe(true);
  }
});

it("loses nothing when the host is too busy to read while the program ends", async () => {
  const { path, printed } = text("busy.txt", 3_000);
  const parts: Buffer[] = [];
  const ended = Promise.withResolvers<void>();
  openPty(at.script("busy.1", `sleep 0.1; cat ${path}`), "test:busy", {
    data: (bytes) => parts.push(bytes),
    exit: () => ended.resolve(),
  });
  await sleep(50);
  for (const until = Date.now() + 500; Date.now() < until;); // Longer than node-pty waits before it closes the terminal.
  await ended.promise;
  expect(Buffer.concat(parts).equals(printed)).toBe(true);
});

it("tells the end of a program whose child goes on printing without end", async () => {
  await host.ensure(at.script("flood.1", "trap '' HUP; yes & sleep 0.2; exit 3"));
  expect(await host.exited("flood.1", AbortSignal.timeout(10_000))).toMatchObject({ code: 3 });
  expect(await host.kill("flood.1", 0)).toEqual({ survivors: [] });
});

it("gives a program its own terminal and no descriptor of another's, nor of the host's files and sockets", async () => {
  const first = await host.ensure(at.script("fds.1", "echo ready; read line"));
  const second = await host.ensure(at.script("fds.2", "echo ready; read line"));
  await readUntil(host, "fds.1", "ready");
  await readUntil(host, "fds.2", "ready");
  for (const { pid } of [first, second]) {
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(new Set(open).size, open.join()).toBe(1);
    expect(open[0]).toMatch(/^\/dev\/pts\/\d+$/);
  }
  await Promise.all(["fds.1", "fds.2"].map((id) => host.kill(id, 0)));
});

it("does not spin while a program leaves its input unread", async () => {
  await host.ensure(at.script("unread.1", "stty raw -echo; echo ready; sleep 30"));
  await readUntil(host, "unread.1", "ready");
  await host.write("unread.1", Buffer.alloc(200_000));
  const pid = (JSON.parse(readFileSync(join(at.home, "host", "1.json"), "utf8")) as { pid: number }).pid;
  const before = cpuTicks(pid);
  await sleep(1_000);
  expect(cpuTicks(pid) - before, "hundredths of a second of CPU in one second").toBeLessThan(20);
  await host.kill("unread.1", 0);
  await until("it has ended", async () => (await host.list()).find((one) => one.id === "unread.1")?.exit !== undefined);
});

function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
