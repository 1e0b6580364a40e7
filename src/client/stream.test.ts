import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WireServer } from "../../test/wire/server.ts";
import type { Event } from "../contract/event.ts";
import { PROTOCOL } from "../contract/wire.ts";
import { backoffMs } from "./backoff.ts";
import { Stream, type StreamOptions, type StreamState } from "./stream.ts";

let server: WireServer;
let streams: Stream[];

beforeEach(async () => {
  server = await WireServer.start();
  streams = [];
});
afterEach(async () => {
  for (const stream of streams) stream.close();
  await server.kill();
});

function open(options: Partial<StreamOptions> = {}): Stream {
  const stream = new Stream({ base: server.url, workspace: "w1", token: "secret", on: {}, ...options });
  streams.push(stream);
  return stream;
}

function event(seq: number): Event {
  return {
    type: "rules.read",
    data: { id: "a1", revision: 1 },
    seq,
    id: `e${seq}`,
    at: "2030-05-01T12:00:00.000Z",
    actor: { kind: "system" },
    subject: "rules",
  };
}

test("the token travels in the protocol list, and hello names the workspace", async () => {
  open();
  await vi.waitFor(() =>
    expect(server.sockets.frames).toEqual([{ type: "hello", protocol: PROTOCOL, workspace: "w1" }]),
  );
  expect(server.sockets.offers).toEqual(["clustr, bearer.secret"]);
});

test("a page offers no token: it has its cookie", async () => {
  open({ token: undefined });
  await vi.waitFor(() => expect(server.sockets.offers).toEqual(["clustr"]));
});

test("events come once and in order, through lost connections", async () => {
  const seen: number[] = [];
  let views = 0;
  open({ on: { event: ({ seq }) => seen.push(seq), view: () => views++ } });
  await vi.waitFor(() => expect(views).toBe(1));
  server.sockets.happen(event(1));
  server.sockets.happen(event(2));
  await vi.waitFor(() => expect(seen).toEqual([1, 2]));
  server.sockets.cut();
  await vi.waitFor(() => expect(server.sockets.connected).toBe(0));
  server.sockets.happen(event(5));
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 5]));
  server.sockets.send({ type: "event", event: event(5) });
  server.sockets.happen(event(6));
  await vi.waitFor(() => expect(seen).toEqual([1, 2, 5, 6]));
  expect(server.sockets.frames.filter((frame) => frame.type === "hello").map((frame) => frame.after)).toEqual([
    undefined,
    2,
  ]);
  expect(views).toBe(1);
});

test("a server killed and started again on its port is found by itself", async () => {
  const { port } = server;
  const states: StreamState["is"][] = [];
  open({ on: { state: ({ is }) => states.push(is) } });
  await vi.waitFor(() => expect(states).toContain("open"));
  await server.kill();
  await vi.waitFor(() => expect(states).toContain("waiting"));
  server = await WireServer.start(port);
  await vi.waitFor(() => expect(states.filter((is) => is === "open")).toHaveLength(2), { timeout: 5000 });
});

test("a connection that is dead without a word is noticed and replaced", async () => {
  const states: StreamState["is"][] = [];
  const stream = open({ on: { state: ({ is }) => states.push(is) } });
  await vi.waitFor(() => expect(states).toEqual(["connecting", "open"]));
  server.sockets.mute = true;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  try {
    stream.retry();
    vi.advanceTimersByTime(5_000);
    expect(states.at(-1)).toBe("waiting");
  } finally {
    vi.useRealTimers();
  }
  server.sockets.mute = false;
  stream.retry();
  await vi.waitFor(() => expect(states.at(-1)).toBe("open"));
});

describe("the stream ends", () => {
  async function endOf(options: Partial<StreamOptions>): Promise<Error | undefined> {
    return new Promise((resolve) => open({ ...options, on: { end: resolve } }));
  }

  test("when the server is out of reach for too long", async () => {
    await server.kill();
    expect(await endOf({ giveUpMs: 300 })).toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("out of reach"),
    });
    server = await WireServer.start();
  });

  test("when the workspace is refused", async () => {
    server.sockets.refuse = { type: "refused", failure: { code: "not_found", message: "no such workspace" } };
    expect(await endOf({})).toMatchObject({ code: "not_found", message: "no such workspace" });
  });

  test("when the server speaks another protocol", async () => {
    server.sockets.protocol = 99;
    expect(await endOf({})).toMatchObject({ code: "conflict" });
  });

  test("without error when its signal aborts, even before it began", async () => {
    expect(await endOf({ signal: AbortSignal.abort() })).toBeUndefined();
    expect(await endOf({ signal: AbortSignal.timeout(30) })).toBeUndefined();
    await vi.waitFor(() => expect(server.sockets.connected).toBe(0));
  });
});

test("waits grow from a quarter second to ten seconds and differ between clients", () => {
  expect([0, 1, 2, 10, 1000].map((attempt) => backoffMs(attempt, () => 1))).toEqual([250, 500, 1000, 10_000, 10_000]);
  expect(backoffMs(2, () => 0)).toBe(500);
});
