import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AgentLink, AgentTerminal, HookCall, Parcel, Signal } from "../../core/ports/service.ts";
import { readHook } from "./hooks.ts";
import { Mail, type MailSituation } from "./mail.ts";
import { RunRecord } from "./record.ts";

let folder = "";
let server: Server;
let received: string[] = [];
let waiting: Parcel[] = [];
let seen: string[] = [];
let moments: string[] = [];
let taken = new Map<string, Parcel[]>();
let transcript: string[] = [];
const now: { phase: MailSituation["phase"]; ticks: number } = { phase: "idle", ticks: 0 };
const closing = new AbortController();

const terminal: AgentTerminal = {
  write: () => Promise.reject(new Error("nothing may be typed here")),
  screen: async () => ({
    lines: [],
    cols: 80,
    rows: 24,
    cursor: { x: 0, y: 0, hidden: false },
    title: "",
    epoch: "e",
    offset: 0,
    exact: true,
  }),
  titles: async function* () {},
  exited: () => new Promise(() => {}),
};

const link = (): AgentLink =>
  ({
    runDir: folder,
    file: async (name: string, content: string) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
    report: async (signal: Signal) => {
      if (signal.type === "seen") seen.push(...signal.messages);
    },
    // By the book: asked again with the same id, the same parcels come.
    takeParcels: async (requestId: string, _channel: string, moment: string) => {
      moments.push(moment);
      const parcels = taken.get(requestId) ?? waiting.splice(0);
      taken.set(requestId, parcels);
      return parcels;
    },
    log: () => {},
  }) as unknown as AgentLink;

/** A mail desk as after a start of the server: what it knows of earlier is in the record's file. */
async function desk(): Promise<Mail> {
  const there = async (): Promise<string> => {
    const path = join(folder, "transcript.jsonl");
    await writeFile(path, transcript.join("\n"));
    return path;
  };
  const record = await RunRecord.load(link());
  record.hooks = true;
  return new Mail(
    link(),
    record,
    terminal,
    () => ({ phase: now.phase, dialog: false, socket: join(folder, "s.sock"), transcript: there }),
    closing.signal,
    () => now.ticks,
  );
}

const parcel = (id: string): Parcel => ({ id, text: `[message ${id}] hello`, fromHuman: false });
const call = (requestId: string): HookCall => ({ requestId, name: "", body: {}, signal: new AbortController().signal });
const hook = (name: string, body: Record<string, unknown> = {}) => readHook(name, body);
/** Makes everything in flight look handed over long ago. */
async function age(): Promise<void> {
  const path = join(folder, "run.json");
  const data = JSON.parse(await readFile(path, "utf8")) as { inFlight: { at: number }[] };
  for (const item of data.inFlight) item.at -= 60_000;
  await writeFile(path, JSON.stringify(data));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cm-"));
  [received, waiting, seen, transcript] = [[], [], [], []];
  taken = new Map();
  now.phase = "idle";
  server = createServer((socket) => socket.on("data", (data) => received.push(data.toString())));
  await new Promise<void>((resolve) => server.listen(join(folder, "s.sock"), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

test("the same parcel offered twice is handed once, also across a restart and after it was seen", async () => {
  const mail = await desk();
  const both = await Promise.all([mail.deliver([parcel("m1")]), mail.deliver([parcel("m1")])]);
  expect(both).toEqual([{ channel: "socket" }, { channel: "socket" }]);
  expect(await (await desk()).deliver([parcel("m1")])).toEqual({ channel: "socket" });
  const later = await desk();
  await later.prove(hook("UserPromptSubmit", { prompt: "[message m1] hello" }), call("r1"));
  expect(seen).toEqual(["m1"]);
  await (await desk()).deliver([parcel("m1")]);
  expect(seen).toEqual(["m1", "m1"]);
  expect(received.join("").match(/m1/g)).toHaveLength(1);
});

test("a hook takes nothing that is on its way through the socket", async () => {
  const mail = await desk();
  waiting = [parcel("m1"), parcel("m2")];
  const [handed, context] = await Promise.all([
    mail.deliver([parcel("m1")]),
    mail.forHook(hook("PostToolBatch"), call("r1")),
  ]);
  expect(handed).toEqual({ channel: "socket" });
  expect(context).toBe("[message m2] hello");
});

test("a replayed hook call carries the same parcels, and is no proof of them; the next hook is", async () => {
  now.phase = "working";
  waiting = [parcel("m1")];
  expect(await (await desk()).forHook(hook("PostToolBatch"), call("r1"))).toContain("m1");
  const restarted = await desk();
  await restarted.prove(hook("PostToolBatch"), call("r1"));
  expect(await restarted.forHook(hook("PostToolBatch"), call("r1"))).toContain("m1");
  expect(seen).toEqual([]);
  await restarted.prove(hook("Notification"), call("r2"));
  await restarted.prove(hook("PreToolUse", { agent_id: "sub" }), call("r3"));
  expect(seen).toEqual([]);
  await restarted.prove(hook("PreToolUse"), call("r4"));
  expect(seen).toEqual(["m1"]);
});

test.each(["a new prompt", "rest"])(
  "a hook after %s is no proof of what a hook of the turn before carried",
  async (turn) => {
    now.phase = "working";
    waiting = [parcel("m1")];
    const mail = await desk();
    await mail.forHook(hook("PostToolBatch"), call("r1"));
    if (turn === "rest") now.phase = "idle";
    else await mail.prove(hook("UserPromptSubmit", { prompt: "Go on." }), call("r2"));
    await mail.prove(hook("PreToolUse"), call("r3"));
    await mail.prove(hook("Stop"), call("r4"));
    expect(seen).toEqual([]);
  },
);

test("what is not in the transcript goes again once idle; what is there is seen; what is queued is left to the tool", async () => {
  const mail = await desk();
  await mail.deliver([parcel("m-lost"), parcel("m-said"), parcel("m-queued")]);
  received = [];
  transcript = [
    JSON.stringify({ type: "user", message: { content: "[message m-said] hello" } }),
    JSON.stringify({ type: "queue-operation", operation: "enqueue", content: "[message m-queued] hello" }),
    JSON.stringify({ type: "assistant", message: { content: "I wait for m-lost" } }),
    '{"damaged m-lost',
  ];
  now.phase = "working";
  await age();
  const younger = await desk();
  await younger.reconcile();
  expect(seen).toEqual(["m-said"]);
  expect(received).toEqual([]);
  now.phase = "idle";
  for (const passed of [0, 4_000, 3_900]) {
    now.ticks += passed;
    await younger.reconcile();
    expect(received).toEqual([]);
  }
  now.ticks += 200;
  await younger.reconcile();
  expect(received.join("")).toContain("m-lost");
  expect(received.join("")).not.toContain("m-queued");
  expect(await younger.knows(["m-said", "m-lost", "m-queued"])).toEqual(["m-said"]);
});

test("what goes again is told to be, for the tool drops a text that repeats the last one", async () => {
  await (await desk()).deliver([parcel("m1")]);
  await age();
  const mail = await desk();
  for (let look = 0; look < 3; look++) {
    now.ticks += 4_000;
    await mail.reconcile();
  }
  await vi.waitFor(() => expect(received).toHaveLength(2));
  expect(received[1]).toMatch(/\[message m1\] hello\\n\(Handed over again at [\d:]+ /);
});

test("mail that comes faster than the tool takes it waits, and then goes together", async () => {
  const mail = await desk();
  let handed = 0;
  while (handed < 100 && "channel" in (await mail.deliver([parcel(`m${handed}.`)]))) handed += 1;
  expect(handed).toBe(28);
  now.ticks += 1_900;
  expect(await mail.deliver([parcel("m28."), parcel("m29.")])).toEqual({ later: expect.stringContaining("too fast") });
  now.ticks += 200;
  expect(await mail.deliver([parcel("m28."), parcel("m29.")])).toEqual({ channel: "socket" });
  expect(await mail.deliver([parcel("m30.")])).toHaveProperty("later");
  await vi.waitFor(() => expect(received.join("").match(/message m\d+\./g)).toHaveLength(30));
});

test("a machine that slept through is no proof of a loss", async () => {
  const mail = await desk();
  await mail.deliver([parcel("m1")]);
  received = [];
  await age();
  const awake = await desk();
  for (let look = 0; look < 3; look++) await awake.reconcile();
  expect(received).toEqual([]);
});

test("fresh hand-overs are not judged: the transcript lags", async () => {
  const mail = await desk();
  await mail.deliver([parcel("m1")]);
  received = [];
  await mail.reconcile();
  expect(received).toEqual([]);
});

test("nothing is handed while it starts or works, or where nobody listens and nothing can be typed", async () => {
  const mail = await desk();
  now.phase = "starting";
  expect(await mail.deliver([parcel("m1")])).toHaveProperty("later");
  now.phase = "working";
  expect(await mail.deliver([parcel("m1")])).toHaveProperty("later");
  now.phase = "idle";
  await new Promise((resolve) => server.close(resolve));
  expect(await mail.deliver([parcel("m1")])).toHaveProperty("later");
  await new Promise<void>((resolve) => server.listen(join(folder, "s.sock"), resolve));
  expect(await mail.deliver([parcel("m1")])).toEqual({ channel: "socket" });
});

test("between calls only what is urgent enough is asked for, at the end of a turn what may prolong it", async () => {
  moments = [];
  const mail = await desk();
  for (const name of ["PreToolUse", "PostToolUse", "PostToolBatch", "Stop"]) await mail.forHook(hook(name), call(name));
  expect(moments).toEqual(["tool-boundary", "turn-end"]);
});

test("mail prolongs a turn a few times only, and again after the next prompt", async () => {
  const mail = await desk();
  const stop = async (id: string): Promise<string | undefined> => {
    waiting = [parcel(id)];
    return mail.forHook(hook("Stop"), call(`r-${id}`));
  };
  for (const id of ["a", "b", "c", "d", "e"]) expect(await stop(id)).toContain(id);
  expect(await stop("f")).toBeUndefined();
  expect(waiting).toHaveLength(1);
  await mail.forHook(hook("UserPromptSubmit"), call("r-p"));
  expect(await stop("g")).toContain("g");
});
