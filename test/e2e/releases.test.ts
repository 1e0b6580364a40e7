import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { processOf } from "../../src/terminal/host/processes.ts";
import { readHosts } from "../../src/terminal/generation.ts";
import { scratch } from "../rig/rig.ts";
import { isRunning, readAll, readUntil, sha1, terminalHome, type TerminalHome } from "../suites/terminal-home.ts";
import { KEPT, release, startHost, startHostIn, until } from "./release.ts";

vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const NEXT = "99.0.0";

let at: TerminalHome | undefined;
afterEach(async () => {
  await at?.end();
  at = undefined;
});

test.each(KEPT)(
  "terminals of the host of %s go on under today's server, to the byte, until the last has ended",
  async (version) => {
    at = terminalHome();
    const { home, runtimeDir, script } = at;
    const doorTarget = join(runtimeDir, "server.sock");
    const old = await startHost(version, { home, runtimeDir, doorTarget, idleMs: 60_000 });
    const before = await at.connect({ version });
    const content = randomBytes(3_000_000);
    const source = join(at.dir, "source.bin");
    writeFileSync(source, content);
    const piece = `dd if=${source} bs=100000 skip=$i count=1 2>/dev/null; i=$((i+1)); sleep 0.05`;
    await before.ensure(script("long.1", `stty raw -echo; i=0; while [ $i -lt 30 ]; do ${piece}; done`));
    await before.ensure(script("talk.1", "stty raw -echo; echo ready; exec cat"));
    await before.ensure(script("sizes.1", "trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done"));
    await before.ensure(script("ends.1", "read line; exit 7"));
    await before.ensure(script("done.1", "echo over; exit 3"));
    await before.exited("done.1", never);
    await readUntil(before, "talk.1", "ready");
    await readUntil(before, "sizes.1", "ready");
    const head: Uint8Array[] = [];
    let cursor = 0;
    for await (const chunk of before.follow("long.1", 0, never)) {
      if (chunk.type !== "bytes") continue;
      head.push(Uint8Array.from(chunk.bytes));
      cursor = chunk.offset + chunk.bytes.length;
      if (cursor > 700_000) break;
    }
    const known = await before.list();
    await before.close();

    const now = await at.connect({ version: NEXT });
    const [, current] = at.hosts();
    expect(current).toMatchObject({ version: NEXT, generation: 2 });
    expect(current?.pid).not.toBe(old.pid);
    const found = await now.list();
    expect(found.map(({ id, epoch, pid }) => ({ id, epoch, pid })).toSorted(byId)).toEqual(
      known.map(({ id, epoch, pid }) => ({ id, epoch, pid })).toSorted(byId),
    );
    const tail = await readAll(now, "long.1", cursor);
    expect(tail.chunks.some(({ type }) => type === "gap")).toBe(false);
    expect(sha1(Buffer.concat([...head, tail.bytes]))).toBe(sha1(content));

    await now.write("talk.1", Buffer.from("what is typed after the change\n"));
    await readUntil(now, "talk.1", "typed after the change");
    await now.resize("sizes.1", 101, 33);
    await readUntil(now, "sizes.1", "33 101");
    expect((await now.ensure(script("talk.1", "exit 1"))).pid).toBe(known.find(({ id }) => id === "talk.1")?.pid);

    const fresh = await now.ensure(script("new.1", "exec sleep 300"));
    expect(processOf(fresh.pid)?.parent).toBe(current?.pid);
    expect(await now.doorPort()).toBe(current?.doorPort);
    expect(now.doors().map(({ port }) => port)).toContain(old.doorPort);

    const exit = now.exited("ends.1", never);
    await now.write("ends.1", Buffer.from("go\r"));
    expect(await exit).toMatchObject({ code: 7 });
    expect(await now.exited("done.1", never)).toMatchObject({ code: 3 });
    expect(isRunning(old.pid)).toBe(true);
    expect(await now.kill("talk.1", 1_000)).toEqual({ survivors: [] });
    expect(await now.kill("sizes.1", 1_000)).toEqual({ survivors: [] });
    await until(async () => !isRunning(old.pid) && at?.hosts().length === 1);
    // What ended there can still be read, and its own goes on.
    expect((await readAll(now, "done.1")).bytes.toString()).toContain("over");
    await now.forget("done.1");
    expect(isRunning(fresh.pid)).toBe(true);
  },
);

/** A script that answers every message until it is stopped. */
const ECHO = {
  steps: [{ say: "I am here." }],
  on_message: [{ steps: [{ call: "send_message", with: { to: "human", content: "I heard: {{message.content}}" } }] }],
};

const agent = async (client: Client, wanted: string) =>
  (await client.call("agent.list", {})).find(({ name }) => name === wanted);
const heard = (client: Client, from: string, text: string) => () =>
  client
    .call("message.list", { limit: 100 })
    .then((all) => all.some((one) => one.from === from && one.content === `I heard: ${text}`));

test.each(KEPT)(
  "agents in the host of %s go on under today's server at the address they have; new ones begin in its own host",
  async (version) => {
    await using place = await scratch();
    const folder = await place.folder("project");
    const home = await place.folder("home");
    await writeFile(join(folder, "echo.json"), JSON.stringify(ECHO));
    const spawn = async (client: Client, name: string) => {
      await client.call("agent.spawn", { name, service: "script", task: "echo.json" });
      await until(async () => (await agent(client, name))?.outcome === "finished");
    };
    const old = await startHostIn(home, version);
    let { client, end } = await release(version, home, folder);
    await spawn(client, "eve");
    expect(await readHosts(home), "eve was to begin in the kept host").toEqual([old]);
    await end();

    ({ client, end } = await release(NEXT, home, folder));
    expect(await agent(client, "eve")).toMatchObject({ live: true, outcome: "finished", run: 1 });
    const [current] = await readHosts(home);
    expect(current).toMatchObject({ version: NEXT });
    await client.call("message.send", { to: "eve", content: "one" });
    await until(heard(client, "eve", "one"));
    await spawn(client, "fay");
    await client.call("message.send", { to: "fay", content: "two" });
    await until(heard(client, "fay", "two"));

    await client.call("agent.stop", { name: "eve" });
    // Its record goes first, then it lets go of its clients.
    await until(async () => (await readHosts(home)).length === 1 && !isRunning(old.pid));
    await until(async () => (await agent(client, "eve"))?.live === false);
    expect(await agent(client, "eve")).toMatchObject({ outcome: "stopped" });
    await client.call("message.send", { to: "fay", content: "three" });
    await until(heard(client, "fay", "three"));
    await client.call("server.shutdown", {});
    await end();
    expect(existsSync(join(home, "run"))).toBe(false);
  },
);

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
