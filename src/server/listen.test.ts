import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { networkInterfaces } from "node:os";
import { connect, createServer as createTcp } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DOOR_PORT, testHome } from "../../test/server/home.ts";
import { raw } from "../../test/server/raw.ts";
import { scratch } from "../../test/rig/rig.ts";
import { listenLocal, listenSocket } from "./listen.ts";

const servers = () => ({ four: createServer(), six: createServer() });
const end = (...all: Server[]) => Promise.all(all.map((server) => new Promise((resolve) => server.close(resolve))));

test("a taken port is refused with what to do, or the next free one is found", async () => {
  const other = createTcp().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const first = servers();
  await expect(listenLocal(first, port, false)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("--port"),
  });
  const second = servers();
  const found = await listenLocal(second, port, true);
  expect(found).toBeGreaterThan(port);
  expect(found).toBeLessThanOrEqual(port + 50);
  await end(second.four, second.six);
  other.close();
});

const hasSix = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);
test.skipIf(!hasSix)(
  "a port that is free on one loopback address only is taken: localhost could mean the other program",
  async () => {
    const other = createTcp().listen(0, "::1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(listenLocal(servers(), port, false)).rejects.toMatchObject({ code: "conflict" });
    other.close();
  },
);

test("the server answers on 127.0.0.1 and nowhere else", async () => {
  await using home = await testHome();
  const { port } = home.server;
  const reach = (host: string) =>
    new Promise((resolve) => {
      const socket = connect({ port, host }, () => (socket.destroy(), resolve("reached")));
      socket.on("error", ({ message }) => resolve(message));
    });
  expect(await reach("127.0.0.1")).toBe("reached");
  expect(await reach("127.0.0.2")).toContain("ECONNREFUSED");
});

test("the agents' socket is private; a dead one is replaced, a living one never, an ordinary file never", async () => {
  await using place = await scratch();
  const path = join(place.path, "door.sock");
  const first = createServer();
  await listenSocket(first, path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(listenSocket(createServer(), path)).rejects.toMatchObject({ code: "conflict" });
  await end(first);
  // A socket file nobody listens on, as a killed server leaves it.
  spawnSync(process.execPath, [
    "-e",
    `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
  ]);
  expect((await stat(path)).isSocket()).toBe(true);
  const second = createServer();
  await listenSocket(second, path);
  await end(second);
  await writeFile(path, "mine");
  await chmod(path, 0o644);
  await expect(listenSocket(createServer(), path)).rejects.toMatchObject({ code: "conflict" });
});

test("closing cuts what is held without an answer, so that the door asks again", async () => {
  const home = await testHome();
  const { token } = await home.agent("held");
  const reached = Promise.withResolvers<void>();
  home.answerHooks(() => (reached.resolve(), new Promise(() => {})));
  const lines = [
    "POST /hooks/Permission HTTP/1.1",
    `Host: 127.0.0.1:${DOOR_PORT}`,
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
  ];
  const asking = raw(home.doorSocket, lines, "{}");
  await reached.promise;
  const began = performance.now();
  await home[Symbol.asyncDispose]();
  expect((await asking).status).toBe(0);
  expect(performance.now() - began).toBeLessThan(3000);
});
