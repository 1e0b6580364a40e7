import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WireServer } from "../../test/wire/server.ts";
import { TerminalChannel, type Viewer } from "./channel.ts";
import { Stream } from "./stream.ts";

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

function open(): Stream {
  const stream = new Stream({ base: server.url, workspace: "w1", token: "secret", on: {} });
  streams.push(stream);
  return stream;
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

test("a terminal followed as text is asked for again after a lost connection, and never typed into", async () => {
  const shown: string[] = [];
  const channel = open().preview("ada", { preview: ({ lines }) => shown.push(lines.join("|")) });
  const asked = () => server.sockets.frames.filter((frame) => frame.type === "preview");
  await vi.waitFor(() => expect(asked()).toEqual([{ type: "preview", channel: 1, agent: "ada" }]));
  server.sockets.send({ type: "preview", channel: 1, cols: 80, lines: ["one", "two"] });
  await vi.waitFor(() => expect(shown).toEqual(["one|two"]));
  server.sockets.cut();
  await vi.waitFor(() => expect(asked()).toHaveLength(2));
  channel.detach();
  await vi.waitFor(() => expect(server.sockets.frames.at(-1)).toEqual({ type: "detach", channel: 1 }));
  expect(server.sockets.typed).toBe("");
});
