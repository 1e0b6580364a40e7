import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";
import type { Event } from "../contract/event.ts";
import { agent, attention } from "../../test/wire/samples.ts";

let server: WireServer;
let home: Home;

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  home = new Home().serve(server);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

describe("spawn --wait", () => {
  beforeEach(() => server.answer("agent.spawn", () => agent({ status: "spawning" })));

  /** Lets the agent go through these records, one a look, and stay at the last. */
  function passes(...records: ReturnType<typeof agent>[]): void {
    let at = 0;
    server.answer("agent.list", () => [
      agent({ id: "other", name: "bob", status: "done", outcome: "failed" }),
      records[Math.min(at++, records.length - 1)],
    ]);
  }

  test("returns at once without it", async () => {
    const { code, out } = await home.run(["spawn", "ada", "--task", "x", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: "ada", status: "spawning" });
    expect(server.calls.map(({ name }) => name)).toEqual(["workspace.list", "agent.spawn"]);
  });

  test("running: prints the record once the agent runs", async () => {
    passes(agent({ status: "spawning" }), agent({ status: "running" }));
    const { code, out } = await home.run(["spawn", "ada", "--task", "x", "--wait", "running", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "running" });
  });

  test("done: goes on past running, and says when a person is needed", async () => {
    const item = attention({ title: "Run npm test?" });
    passes(
      agent({ status: "running" }),
      agent({ status: "running", attention: item }),
      agent({ status: "running", attention: item }),
      agent({ status: "done", outcome: "finished" }),
    );
    const { code, out, err } = await home.run(["spawn", "ada", "--task", "x", "--wait", "done", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: "finished" });
    expect(err).toBe('ada needs you: Run npm test?\n  clustr answer q1 allow\n  (or: deny --reason "…")\n');
  });

  test.each(["failed", "stopped", "lost"] as const)(
    "an agent that %s prints its record and exits with a failure",
    async (outcome) => {
      passes(agent({ status: "done", outcome, reason: "Not logged in. Run: claude login" }));
      const { code, out, err } = await home.run(["spawn", "ada", "--task", "x", "--wait", "running", "--json"]);
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({ outcome });
      expect(err).toBe(`clustr: ada is done, but ${outcome}. Not logged in. Run: claude login\n`);
    },
  );

  test("--timeout ends the waiting, not the agent", async () => {
    passes(agent({ status: "running" }));
    const { code, out, err } = await home.run(["spawn", "ada", "--task", "x", "--wait", "done", "--timeout", "0.3"]);
    expect({ code, out }).toEqual({ code: 7, out: "" });
    expect(err).toContain("ada is not done after 0.3 s (it is running). It goes on");
  });

  test("a server that restarts meanwhile is waited for", async () => {
    const { port } = server;
    let looks = 0;
    server.answer("agent.list", () => {
      looks++;
      return [agent({ status: "running" })];
    });
    const ran = home.run(["spawn", "ada", "--task", "x", "--wait", "done", "--json"]);
    await vi.waitFor(() => expect(looks).toBeGreaterThan(0));
    await server.kill();
    server = await WireServer.start(port);
    server.answer("agent.list", () => [agent({ status: "done", outcome: "finished" })]);
    expect((await ran).code).toBe(0);
  });

  test.each([
    [["--wait", "forever"], "--wait is one of running, done"],
    [["--timeout", "3"], "--timeout belongs to --wait"],
    [["--wait", "done", "--timeout", "-1"], "--timeout takes seconds"],
  ])("a mistake is named before anything is spawned: %j", async (flags, message) => {
    const { code, err } = await home.run(["spawn", "ada", "--task", "x", ...flags]);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(server.calls).toEqual([]);
  });
});

describe("events --follow", () => {
  const event = (seq: number, type: "rules.unreadable" | "message.read" = "rules.unreadable"): Event =>
    ({
      type,
      data: type === "message.read" ? { ids: ["m1"], inbox: "human" } : { why: `reason ${seq}` },
      seq,
      id: `e${seq}`,
      at: "2030-05-01T12:00:00.000Z",
      actor: { kind: "system" },
      subject: "rules",
    }) as Event;

  beforeEach(() => {
    server.answer("event.list", ({ input }) =>
      server.sockets.events.filter(({ seq }) => seq > Number(input["after"] ?? 0)).slice(0, Number(input["limit"])),
    );
  });

  function follow(...flags: string[]): { seen: () => number[]; end: () => Promise<number> } {
    const controller = new AbortController();
    let out = "";
    const ran = home.run(["events", "--follow", "--json", ...flags], {
      signal: controller.signal,
      onOut: (text) => (out += text),
    });
    return {
      seen: () =>
        out
          .trim()
          .split("\n")
          .filter(Boolean)
          .map((line) => (JSON.parse(line) as Event).seq),
      end: async () => {
        controller.abort();
        return (await ran).code;
      },
    };
  }

  test("prints what was, page by page, then what happens, once each and one per line, until Ctrl-C", async () => {
    for (let seq = 1; seq <= 1203; seq++) server.sockets.events.push(event(seq));
    const following = follow("--after", "1");
    await vi.waitFor(
      () => expect(server.sockets.frames).toContainEqual(expect.objectContaining({ type: "hello", after: 1203 })),
      { timeout: 3000 },
    );
    server.sockets.happen(event(1204));
    await vi.waitFor(() => expect(following.seen()).toEqual(Array.from({ length: 1203 }, (_, index) => index + 2)));
    expect(await following.end()).toBe(0);
  });

  test("goes on without gap or repeat through a lost connection", async () => {
    server.sockets.events.push(event(1));
    const following = follow();
    await vi.waitFor(() => expect(server.sockets.connected).toBe(1));
    server.sockets.cut();
    await vi.waitFor(() => expect(server.sockets.connected).toBe(0));
    server.sockets.events.push(event(2), event(4));
    await vi.waitFor(() => expect(following.seen()).toEqual([1, 2, 4]), { timeout: 3000 });
    await following.end();
  });

  test("reads the missed part from the ledger when the stream no longer replays it", async () => {
    server.sockets.events.push(event(1));
    const following = follow();
    await vi.waitFor(() => expect(server.sockets.connected).toBe(1));
    server.sockets.events.push(event(2), event(3));
    server.sockets.replayFrom = 3;
    server.sockets.cut();
    await vi.waitFor(
      () => expect(server.sockets.frames).toContainEqual(expect.objectContaining({ type: "hello", after: 3 })),
      { timeout: 3000 },
    );
    server.sockets.happen(event(5));
    await vi.waitFor(() => expect(following.seen()).toEqual([1, 2, 3, 5]));
    await following.end();
  });

  test("--type shows only that type, old and new", async () => {
    server.sockets.events.push(event(1), event(2, "message.read"), event(3));
    const following = follow("--type", "message.read");
    await vi.waitFor(
      () => expect(server.sockets.frames).toContainEqual(expect.objectContaining({ type: "hello", after: 3 })),
      { timeout: 3000 },
    );
    server.sockets.happen(event(4));
    server.sockets.happen(event(5, "message.read"));
    await vi.waitFor(() => expect(following.seen()).toEqual([2, 5]));
    await following.end();
  });

  test("a workspace that is not there ends it with the server's words", async () => {
    server.sockets.refuse = { type: "refused", failure: { code: "not_found", message: "no such workspace" } };
    expect(await home.run(["events", "--follow"])).toEqual({ code: 4, out: "", err: "clustr: no such workspace\n" });
  });
});
