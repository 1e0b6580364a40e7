import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DoorRig } from "../../../test/suites/door-rig.ts";

let rig: DoorRig;
beforeEach(() => {
  rig = new DoorRig();
});
afterEach(() => rig.end());

describe("the agents' door, asked for what it does not do", () => {
  test("what is too large is refused, and the refusal can be read", async () => {
    await rig.startServer();
    await rig.open({ limits: { answerBytes: 100_000 } });
    const refused = await rig.call("/x", { method: "POST", body: Buffer.alloc(5_000_000) });
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([413, "too_large"]);
    expect((await rig.call("/x", { method: "POST", body: Buffer.alloc(2 * 1024 * 1024) })).status).toBe(200);
    expect((await rig.call("/big?bytes=100000")).body).toHaveLength(100_000);
    expect((await rig.call("/big?bytes=100001")).status).toBe(502);
  });

  test("holds only so many requests and so many bytes, and has room again afterwards", async () => {
    await rig.startServer();
    await rig.open({ limits: { requests: 3, heldBytes: 1000 } });
    const hangUp = new AbortController();
    const held = [1, 2].map(() =>
      rig.call("/hang", { method: "POST", body: "x".repeat(400), signal: hangUp.signal }).catch(() => "gone"),
    );
    await expect.poll(() => rig.seen().length).toBe(2);
    const noRoom = await rig.call("/x", { method: "POST", body: "x".repeat(400) });
    expect([noRoom.status, noRoom.headers["retry-after"]]).toEqual([503, "1"]);
    const third = rig.call("/hang", { signal: hangUp.signal }).catch(() => "gone");
    await expect.poll(() => rig.seen().length).toBe(3);
    expect((await rig.call("/x")).status).toBe(503);
    hangUp.abort();
    await Promise.all([...held, third]);
    await expect.poll(async () => (await rig.call("/x", { method: "POST", body: "x".repeat(300) })).status).toBe(200);
  });

  test.each([
    ["two Host headers", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"],
    ["no Host header", "GET / HTTP/1.1\r\n\r\n", "400"],
    ["no Host header in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "400"],
    ["an absolute target", "GET http://evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    ["a target naming a host", "GET //evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    ["a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    ["a backslash", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400"],
    [
      "an upgrade",
      "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      "501",
    ],
  ])("refuses %s", async (_what, bytes, status) => {
    await rig.startServer();
    await rig.open();
    expect((await rig.raw(bytes)).split("\r\n")[0]).toContain(` ${status} `);
    expect(rig.seen()).toEqual([]);
  });
});
