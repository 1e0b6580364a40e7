import { chmod, lstat, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { shellAddress } from "../../src/contract/shell-address.ts";
import { PROTOCOL } from "../../src/contract/wire.ts";
import { processesOf } from "./processes.ts";
import { answersTo } from "./socket.ts";
import { openStand, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stand: Stand;
let door: string;
const umask = process.umask();
beforeAll(async () => {
  // The most careless setting there is: whatever is private is so because Clustr makes it so.
  process.umask(0);
  stand = await openStand();
  const { client, ready } = stand.clustr;
  await stand.quiet("ada");
  const { id } = await client.call("shell.open", {});
  await answersTo(
    stand.clustr,
    9,
    { type: "hello", protocol: PROTOCOL, workspace: ready.workspace },
    { type: "attach", channel: 1, agent: shellAddress(id), cols: 80, rows: 24 },
  );
  await client.call("upload.save", { data: Buffer.from("\u0089PNG\r\n\u001a\n", "latin1").toString("base64") });
  await client.call("snapshot.take", {});
  await client.call("file.find", { query: "x" });
  await client.call("rules.update", { text: "be kind" });
  await client.call("message.send", { to: "ada", content: "hello" });
  door = (await client.call("token.create", {})).url;
});
afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
  process.umask(umask);
});

/** Everything these processes listen on, or receive on without a connection: `address:port`, or the path of a socket. */
async function listenersOf(pids: number[]): Promise<string[]> {
  const inodes = new Set<string>();
  for (const pid of pids)
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => []))
      inodes.add(/^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""))?.[1] ?? "");
  const found: string[] = [];
  for (const kind of ["tcp", "tcp6", "udp", "udp6"]) {
    for (const line of (await readFile(`/proc/net/${kind}`, "utf8").catch(() => "")).split("\n").slice(1)) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (inode !== "" && inodes.has(inode) && (state === "0A" || kind.startsWith("udp")))
        found.push(`${kind} ${addressOf(local)}`);
    }
  }
  for (const line of (await readFile("/proc/net/unix", "utf8")).split("\n").slice(1)) {
    const [, , , flags, , , inode = "", path] = line.trim().split(/\s+/);
    // Only those that accept connections, not the ends of these.
    if (inode !== "" && inodes.has(inode) && flags === "00010000") found.push(`unix ${path ?? "(no name)"}`);
  }
  return found.toSorted();
}

/** As `/proc/net` writes it: each group of four bytes the wrong way round. */
function addressOf(text: string): string {
  const [bytes = "", port = ""] = text.split(":");
  const groups = bytes.match(/.{8}/g)?.map((each) => each.match(/../g)?.toReversed().join("") ?? "") ?? [];
  const hex = groups.join("");
  const named: Record<string, string> = { "7F000001": "127.0.0.1", [`${"0".repeat(31)}1`]: "[::1]" };
  return `${named[hex] ?? hex}:${Number.parseInt(port, 16)}`;
}

const linux = process.platform === "linux";

test.runIf(linux)(
  "what listens is on loopback and is what was announced: the page, the agents' door, two sockets",
  async () => {
    const pids = (await processesOf(stand.place.path)).map(({ pid }) => pid);
    expect(pids).toContain(stand.clustr.pid);
    expect(pids.length).toBeGreaterThan(3);
    const port = new URL(stand.clustr.ready.url).port;
    const found = await listenersOf(pids);
    const sockets = found.filter((each) => each.startsWith("unix "));
    expect(found.filter((each) => !sockets.includes(each))).toEqual(
      [
        `tcp 127.0.0.1:${port}`,
        `tcp 127.0.0.1:${new URL(door).port}`,
        ...((await hasSix()) ? [`tcp6 [::1]:${port}`] : []),
      ].toSorted(),
    );
    expect(sockets.length).toBe(2);
    for (const socket of sockets) expect((await lstat(socket.slice(5))).mode & 0o777, socket).toBe(0o600);
  },
);

test.runIf(linux)("a listener on all addresses would be seen", async () => {
  const server = createServer().listen(0, "0.0.0.0");
  try {
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await listenersOf([process.pid])).toContain(`tcp 00000000:${port}`);
  } finally {
    server.close();
  }
});

test("there is no way to ask for another address", async () => {
  for (const args of [
    ["--host", "0.0.0.0"],
    ["--bind", "::"],
    ["--port", "0.0.0.0:80"],
  ]) {
    const { code, stdout } = await stand.clustr.run([stand.project, ...args, "--json", "--no-open"]);
    expect([args, code, stdout]).toEqual([args, 2, ""]);
  }
});

/** What git makes inside a store of ours has the modes git gives; the store's own folder shuts it all away. */
const IN_STORE = /\/(snapshots|names)\.git\/./;

/** Entries below a folder that anybody but their owner could use, and how many were looked at. */
async function openTo(folder: string): Promise<{ open: string[]; seen: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await lstat(path).catch(() => undefined);
      return stats && !stats.isSymbolicLink() && stats.mode & 0o077 && !IN_STORE.test(path)
        ? [`${(stats.mode & 0o777).toString(8)} ${path}`]
        : [];
    }),
  );
  return { open: found.flat(), seen: paths.length };
}

test("every file and folder of the home and its sockets is its owner's alone, whatever the umask", async () => {
  const runtimes = (await listenersOf([stand.clustr.pid]))
    .filter((each) => each.startsWith("unix "))
    .map((each) => join(each.slice(5), ".."));
  for (const folder of [stand.clustr.home, ...runtimes]) {
    const { open, seen } = await openTo(folder);
    expect([folder, open]).toEqual([folder, []]);
    expect(seen).toBeGreaterThan(folder === stand.clustr.home ? 20 : 1);
  }
  // One that is not would be seen.
  const lax = join(stand.clustr.home, "lax");
  await writeFile(lax, "");
  await chmod(lax, 0o640);
  expect((await openTo(stand.clustr.home)).open).toEqual([`640 ${lax}`]);
});

async function hasSix(): Promise<boolean> {
  return (await readFile("/proc/net/if_inet6", "utf8").catch(() => "")).includes("00000000000000000000000000000001");
}
