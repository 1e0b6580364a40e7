import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WireServer } from "../../test/wire/server.ts";
import { FAILURES, type FailureCode } from "../contract/error.ts";
import { createClient, type Client } from "./client.ts";
import { routes } from "./routes.ts";

let server: WireServer;
let client: Client;

beforeEach(async () => {
  server = await WireServer.start();
  client = createClient({ base: server.url, routes, workspace: "w1", token: server.token });
});
afterEach(() => server.kill());

test("a call carries its input, workspace and token, and gives the output", async () => {
  server.answer("message.send", ({ input }) => ({ id: "m1", ...input }));
  expect(await client.call("message.send", { to: "ada", content: "hëllo" })).toMatchObject({
    id: "m1",
    content: "hëllo",
  });
  expect(server.calls).toEqual([
    {
      name: "message.send",
      input: { to: "ada", content: "hëllo" },
      workspace: "w1",
      authorization: `Bearer ${server.token}`,
    },
  ]);
});

test("the same client serves other workspaces", async () => {
  server.answer("agent.list", () => []);
  await client.in("w2").call("agent.list", {});
  expect(server.calls[0]?.workspace).toBe("w2");
});

describe.each(Object.keys(FAILURES) as FailureCode[])("a failure of kind %s", (code) => {
  test("is thrown as the server said it", async () => {
    server.answer("agent.list", () => {
      throw { code, message: `what happened: ${code}`, details: { limit: 3 } };
    });
    await expect(client.call("agent.list", {})).rejects.toMatchObject({
      name: "ClustrError",
      code,
      message: `what happened: ${code}`,
      details: { limit: 3 },
    });
  });
});

test("without a server, the failure says that nothing happened and how to start one", async () => {
  await server.kill();
  await expect(client.call("message.send", { to: "ada", content: "x" })).rejects.toMatchObject({
    code: "unavailable",
    message: `The Clustr server at ${client.base} does not answer; nothing was changed. Start it with "clustr" in the project folder, then try again.`,
  });
  server = await WireServer.start();
});

test("a call cut off by a crash is repeated under the same id until the server is back", async () => {
  const { port } = server;
  server.answer("message.send", () => server.kill());
  const call = client.call("message.send", { to: "ada", content: "x" });
  await vi.waitFor(() => expect(server.keys).toHaveLength(1));
  const [key] = server.keys;
  server = new WireServer();
  server.answer("message.send", () => ({ id: "m1" }));
  await server.listen(port);
  expect(await call).toEqual({ id: "m1" });
  expect(server.keys).toEqual([key]);
  await client.call("message.send", { to: "ada", content: "x" });
  expect(server.keys[1]).not.toBe(key);
});

test("a change cut off for good is not called harmless", async () => {
  server.answer("message.send", () => server.kill());
  await expect(client.call("message.send", { to: "ada", content: "x" }, { timeoutMs: 400 })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("not known: look before you repeat it"),
  });
  server = await WireServer.start();
});

test("a server that hangs is given up", async () => {
  server.answer("agent.list", () => new Promise(() => {}));
  await expect(client.call("agent.list", {}, { timeoutMs: 50 })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("no answer within 0.05 s"),
  });
});

test("an aborted call rejects with the caller's own reason", async () => {
  server.answer("agent.list", () => new Promise(() => {}));
  const reason = new Error("changed my mind");
  const call = client.call("agent.list", {}, { signal: abortSoon(reason) });
  await expect(call).rejects.toBe(reason);
});

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  return controller.signal;
}

test.each([
  [200, "<html>hello</html>"],
  [500, "<html>oops</html>"],
  [404, '{"error":"x"}'],
  [400, '{"code":"made_up","message":"x"}'],
])("another program on the port is told apart: %i %s", async (status, body) => {
  const stranger = createServer((_request, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  await expect(createClient({ base, routes, workspace: "w1" }).call("agent.list", {})).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("another program may have taken its port"),
  });
  stranger.closeAllConnections();
  stranger.close();
});

test("a redirect is never followed: it would carry the token elsewhere", async () => {
  const stranger = createServer((_request, response) =>
    response.writeHead(307, { location: `${server.url}/api/workspaces` }).end(),
  );
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  server.answer("workspace.list", () => []);
  const base = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  await expect(createClient({ base, routes, token: "secret" }).call("workspace.list", {})).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(server.calls).toEqual([]);
  stranger.closeAllConnections();
  stranger.close();
});
