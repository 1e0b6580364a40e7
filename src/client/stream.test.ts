import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WireServer } from "../../test/wire/server.ts";
import type { Event } from "../contract/event.ts";
import { PROTOCOL } from "../contract/wire.ts";
import { backoffMs } from "./backoff.ts";
import { TerminalChannel, type Viewer } from "./channel.ts";
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

/** Everything a viewer was shown, as one text; a restored screen starts anew. */
function watcher(): Viewer & { shown: string; restored: number } {
  return {
    shown: "",
    restored: 0,
    screen({ bytes }, drawn) {
      this.shown = Buffer.from(bytes).toString();
      this.restored += 1;
      drawn();
    },
    output(bytes, drawn) {
      this.shown += Buffer.from(bytes).toString();
      drawn();
    },
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

test("a terminal continues at its byte after a lost connection, and nothing is shown twice", async () => {
  const viewer = watcher();
  server.sockets.print("ada", "before ");
  open().attach("ada", viewer, { cols: 100, rows: 30 });
  await vi.waitFor(() => expect(viewer.shown).toBe("before "));
  server.sockets.print("ada", "one ");
  await vi.waitFor(() => expect(viewer.shown).toBe("before one "));
  server.sockets.cut();
  await vi.waitFor(() => expect(server.sockets.connected).toBe(0));
  server.sockets.print("ada", "two");
  await vi.waitFor(() => expect(viewer.shown).toBe("before one two"));
  expect(viewer.restored).toBe(1);
  expect(server.sockets.frames.filter((frame) => frame.type === "attach")).toEqual([
    { type: "attach", channel: 1, agent: "ada", cols: 100, rows: 30 },
    { type: "attach", channel: 1, agent: "ada", cols: 100, rows: 30, epoch: "first", offset: 11 },
  ]);
});

test("a terminal of another epoch starts anew", async () => {
  const viewer = watcher();
  server.sockets.print("ada", "old");
  open().attach("ada", viewer);
  await vi.waitFor(() => expect(viewer.shown).toBe("old"));
  server.sockets.cut();
  server.sockets.terminals.set("ada", { epoch: "second", printed: Buffer.from("new") });
  await vi.waitFor(() => expect(viewer.shown).toBe("new"));
  expect(viewer.restored).toBe(2);
});

test("a hole in the output is never shown: the screen is restored whole", async () => {
  const viewer = watcher();
  server.sockets.print("ada", "abc");
  open().attach("ada", viewer);
  await vi.waitFor(() => expect(viewer.shown).toBe("abc"));
  server.sockets.misprint("ada", 9, "tail without its head");
  await vi.waitFor(() => expect(viewer.restored).toBe(2));
  expect(viewer.shown).toBe("abc");
});

test("what was drawn is acknowledged by its offset", async () => {
  const viewer = watcher();
  open().attach("ada", viewer);
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  server.sockets.print("ada", "x".repeat(40_000));
  server.sockets.print("ada", "y");
  await vi.waitFor(() =>
    expect(server.sockets.frames.filter((frame) => frame.type === "ack").map((frame) => frame.offset)).toEqual([
      40_000, 40_001,
    ]),
  );
});

test("keys typed while the server is away are refused, not kept for later", async () => {
  const viewer = watcher();
  const channel = open().attach("ada", viewer);
  expect(channel.write("too early")).toBe(false);
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  expect(channel.write("y")).toBe(true);
  expect(channel.write("z".repeat(200_000))).toBe(true);
  await vi.waitFor(() => expect(server.sockets.typed).toBe(`y${"z".repeat(200_000)}`));
});

test("a new size is told, and remembered for the next connection", async () => {
  const viewer = watcher();
  const channel = open().attach("ada", viewer, { cols: 80, rows: 24 });
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  channel.resize(120, 40);
  await vi.waitFor(() =>
    expect(server.sockets.frames.at(-1)).toEqual({ type: "resize", channel: 1, cols: 120, rows: 40 }),
  );
  server.sockets.cut();
  await vi.waitFor(() => expect(server.sockets.frames.at(-1)).toMatchObject({ type: "attach", cols: 120, rows: 40 }));
});

test("a detached terminal is not attached again", async () => {
  const stream = open();
  const viewer = watcher();
  const channel = stream.attach("ada", viewer);
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  channel.detach();
  await vi.waitFor(() => expect(server.sockets.frames.at(-1)).toEqual({ type: "detach", channel: 1 }));
  server.sockets.cut();
  await vi.waitFor(() => expect(server.sockets.frames.at(-1)).toMatchObject({ type: "hello" }));
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

test("a terminal that nobody looks at is not sent, and goes on where it was", async () => {
  const viewer = watcher();
  const channel = open().attach("ada", viewer);
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  server.sockets.print("ada", "one ");
  await vi.waitFor(() => expect(viewer.shown).toBe("one "));
  channel.pause();
  expect(channel.write("x")).toBe(false);
  await vi.waitFor(() => expect(server.sockets.frames.at(-1)).toEqual({ type: "detach", channel: 1 }));
  server.sockets.print("ada", "two");
  channel.resume();
  await vi.waitFor(() => expect(viewer.shown).toBe("one two"));
  expect(server.sockets.frames.at(-1)).toMatchObject({ type: "attach", epoch: "first", offset: 4 });
  expect(viewer.restored).toBe(1);
});

test("who gave a terminal its size says so when it comes back", async () => {
  const viewer = watcher();
  open().attach("ada", viewer, { cols: 80, rows: 24 });
  await vi.waitFor(() => expect(viewer.restored).toBe(1));
  server.sockets.send({ type: "driver", channel: 1, you: true });
  server.sockets.print("ada", "x");
  await vi.waitFor(() => expect(viewer.shown).toBe("x"));
  server.sockets.cut();
  await vi.waitFor(() =>
    expect(server.sockets.frames.at(-1)).toMatchObject({ type: "attach", offset: 1, drove: true }),
  );
});

test("a terminal whose host is away is asked for again; any other refusal is told", async () => {
  const told: string[] = [];
  open().attach("ada", { ...watcher(), refused: (failure, over) => told.push(`${failure.code} ${over}`) });
  const attached = () => server.sockets.frames.filter((frame) => frame.type === "attach").length;
  await vi.waitFor(() => expect(attached()).toBe(1));
  const refuse = (code: "unavailable" | "not_found") =>
    server.sockets.send({ type: "refused", channel: 1, failure: { code, message: code }, over: true });
  refuse("unavailable");
  await vi.waitFor(() => expect(attached()).toBe(2), 2000);
  refuse("not_found");
  await vi.waitFor(() => expect(told).toEqual(["not_found true"]));
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

test("however output is cut, repeated and overlapped, a viewer gets each byte once", () => {
  const text = "abcdefghijklmnopqrstuvwxyz0123456789";
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(text.length), fc.nat(12)), { maxLength: 40 }), (pieces) => {
      const viewer = watcher();
      const channel = new TerminalChannel(
        1,
        "ada",
        viewer,
        () => true,
        () => {},
      );
      const restore = (offset: number): void => {
        channel.receive({ type: "screen", channel: 1, epoch: "e", offset, cols: 80, rows: 24, exact: true });
        channel.receiveBinary({ kind: 1, channel: 1, offset, bytes: Buffer.from(text.slice(0, offset)) });
      };
      restore(0);
      for (const [offset, length] of pieces) {
        const known = viewer.shown.length;
        channel.receiveBinary({ kind: 0, channel: 1, offset, bytes: Buffer.from(text.slice(offset, offset + length)) });
        // A hole makes the channel ask for a whole screen again.
        if (offset > known) restore(known);
        expect(text.startsWith(viewer.shown)).toBe(true);
        expect(viewer.shown.length).toBe(
          offset > known ? known : Math.max(known, Math.min(text.length, offset + length)),
        );
      }
    }),
  );
});
