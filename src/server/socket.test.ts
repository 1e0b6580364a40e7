import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { testHome, type TestHome } from "../../test/server/home.ts";
import { WireClient } from "../../test/server/wire-client.ts";
import { listOf } from "../contract/mail.ts";
import { PROTOCOL } from "../contract/wire.ts";
import { person } from "../core/caller.ts";
import { REPLAY_LIMIT } from "./connection.ts";
import { SOCKET_LIMIT } from "./socket.ts";
import { BEHIND_LIMIT, WINDOW } from "./terminal-view.ts";

let home: TestHome;
const open: WireClient[] = [];
beforeAll(async () => {
  home = await testHome();
  await home.agent("reader");
});
afterEach(() => open.splice(0).forEach((client) => client.close()));
afterAll(() => home[Symbol.asyncDispose]());

async function connect(options: Parameters<typeof WireClient.open>[1] = {}): Promise<WireClient> {
  const client = await WireClient.open(home, options);
  open.push(client);
  return client;
}

function send(content: string): Promise<unknown> {
  return home.core.invoke("message.send", { to: "reader", content }, person, {
    workspace: home.workspace.id,
    requestId: randomUUID(),
  });
}

/** What the messages say that came as events, when there are `count` of them. */
async function contents(client: WireClient, count: number): Promise<string[]> {
  const sent = () =>
    client.all("event").flatMap(({ event }) => (event.type === "message.sent" ? [event.data.content] : []));
  await client.until(() => sent().length >= count, `${count} messages`);
  const seqs = client.all("event").map(({ event }) => event.seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  return sent();
}

const seqOf = () => home.core.workspace(home.workspace.id)?.view().seq ?? 0;

describe("events", () => {
  test("begin with the view, then each once and in order", async () => {
    await send("before");
    const client = await connect();
    const { view } = await client.next("view");
    expect(listOf(view.messages).at(-1)?.content).toBe("before");
    for (const content of ["one", "two", "three"]) await send(content);
    expect(await contents(client, 3)).toEqual(["one", "two", "three"]);
    expect(client.all("event")[0]?.event.seq).toBeGreaterThan(view.seq);
  });

  test("after a reconnect go on where the client was", async () => {
    const after = seqOf();
    await send("while away 1");
    await send("while away 2");
    const client = await connect({ after });
    await contents(client, 2);
    await send("live");
    expect(await contents(client, 3)).toEqual(["while away 1", "while away 2", "live"]);
    expect(client.all("view")).toEqual([]);
  });

  test("a client that is too far behind, or ahead of the ledger, gets the view", async () => {
    const ahead = await connect({ after: seqOf() + 100 });
    await ahead.next("view");
    const open = home.core.workspace(home.workspace.id);
    if (!open) throw new Error("the workspace is open");
    const { view } = open;
    open.view = () => ({ ...view(), seq: REPLAY_LIMIT + 2 });
    const behind = await connect({ after: 1 });
    await behind.next("view");
    open.view = view;
  });

  test("of a workspace that is not open are refused, and the socket ends", async () => {
    const client = await connect({ workspace: "nowhere" });
    expect((await client.next("refused")).failure.code).toBe("not_found");
    await client.until(() => client.closed !== undefined, "close");
  });

  test("another protocol version is told ours", async () => {
    const client = new WireClient(home);
    open.push(client);
    await new Promise((resolve) => client.socket.once("open", resolve));
    client.send({ type: "hello", protocol: 99, workspace: home.workspace.id });
    expect((await client.next("welcome")).protocol).toBe(PROTOCOL);
    await client.until(() => client.closed?.code === 1002, "close 1002");
  });

  test("nonsense is refused and ends the socket, never the server", async () => {
    const nonsense = [
      "",
      "{",
      "[]",
      "null",
      '{"type":"attach"}',
      '{"type":"attach","channel":-1,"agent":"x"}',
      '{"type":"hello","protocol":2,"workspace":5}',
      '{"type":"toString"}',
      JSON.stringify({ type: "ack", channel: 1, offset: 1.5 }),
      '{"type":"preview","channel":1}',
    ];
    for (const text of nonsense) {
      const client = await connect();
      client.send(text);
      await client.until(() => client.closed?.code === 1008, `close after ${text}`);
    }
    const client = await connect();
    client.socket.send(Buffer.from([9, 9, 9]));
    await client.until(() => client.closed?.code === 1008, "close");
    const large = await connect();
    large.send(`"${"x".repeat(2_000_000)}"`);
    await large.until(() => large.closed?.code === 1009, "close 1009");
    const early = new WireClient(home);
    open.push(early);
    await new Promise((resolve) => early.socket.once("open", resolve));
    early.send({ type: "attach", channel: 1, agent: "x" });
    await early.until(() => early.closed?.code === 1008, "close");
  });

  test("a client that asks whether anybody is there gets an answer", async () => {
    const client = await connect();
    client.send({ type: "ping" });
    await client.next("pong");
  });

  test(`one login has at most ${SOCKET_LIMIT} sockets; closing one makes room`, async () => {
    while (open.length < SOCKET_LIMIT) await connect();
    const more = new WireClient(home);
    await more.until(() => more.closed !== undefined, "refusal");
    open.pop()?.close();
    await wait(50);
    await connect();
  });
});

describe("terminals", () => {
  let name: string;
  let terminal: string;
  let made = 0;
  beforeEach(async () => {
    name = `term-${++made}`;
    ({ terminal } = await home.agent(name));
  });

  const print = (bytes: Uint8Array | string) =>
    home.host.print(terminal, typeof bytes === "string" ? Buffer.from(bytes) : bytes);

  test("start with the screen, then every byte", async () => {
    print("drawn before");
    const client = await connect();
    client.send({ type: "attach", channel: 1, agent: name });
    expect(await client.next("screen")).toMatchObject({ channel: 1, offset: 12, cols: 120, rows: 40, exact: true });
    const live = randomBytes(200_000);
    for (let at = 0; at < live.length; at += 7000) print(live.subarray(at, at + 7000));
    await client.until(() => client.bytes().length === live.length, "all bytes");
    expect(client.screens).toEqual(["screen@12"]);
    expect(client.bytes().equals(live)).toBe(true);
  });

  test("continue after a reconnect at the very byte, without a new screen", async () => {
    const all = randomBytes(400_000);
    const first = await connect();
    first.send({ type: "attach", channel: 1, agent: name });
    const { epoch } = await first.next("screen");
    print(all.subarray(0, 150_000));
    await first.until(() => first.bytes().length >= 150_000, "first part");
    first.close();
    print(all.subarray(150_000, 300_000));
    const second = await connect();
    second.send({ type: "attach", channel: 9, agent: name, epoch, offset: 150_000 });
    print(all.subarray(300_000));
    await second.until(() => second.bytes(9).length === 250_000, "the rest");
    expect(Buffer.concat([first.bytes(), second.bytes(9)]).equals(all)).toBe(true);
    expect(second.screens).toEqual([]);
  });

  test("of another epoch, or too far back, start over from a screen", async () => {
    print("few bytes");
    const client = await connect();
    client.send({ type: "attach", channel: 1, agent: name, epoch: "another", offset: 5 });
    await client.next("screen");
    print(randomBytes(BEHIND_LIMIT + 10));
    client.send({ type: "attach", channel: 2, agent: name, epoch: `epoch-${terminal}`, offset: 5 });
    await client.next("screen", 2);
    client.send({ type: "attach", channel: 3, agent: name, epoch: `epoch-${terminal}`, offset: 99_999_999 });
    await client.next("screen", 3);
  });

  test("a viewer that draws too slowly gets no more than it can hold, then the screen as it is", async () => {
    const slow = await connect();
    const quick = await connect();
    for (const client of [slow, quick]) client.send({ type: "attach", channel: 1, agent: name });
    await Promise.all([slow.next("screen"), quick.next("screen")]);
    quick.socket.on("message", () => quick.send({ type: "ack", channel: 1, offset: quick.ends.get(1) ?? 0 }));
    const total = BEHIND_LIMIT * 2;
    for (let at = 0; at < total; at += 50_000) {
      print(Buffer.alloc(50_000, 120));
      if (at % 500_000 === 0) await wait(5);
    }
    await quick.until(() => quick.bytes().length === total, "all bytes for the quick one");
    await wait(100);
    expect(slow.bytes().length).toBeGreaterThan(WINDOW * 0.9);
    expect(slow.bytes().length).toBeLessThanOrEqual(WINDOW + 100_000);
    expect(slow.screens).toHaveLength(1);
    slow.send({ type: "ack", channel: 1, offset: slow.ends.get(1) ?? 0 });
    await slow.next("screen", 2);
    expect(slow.screens.at(-1)).toBe(`screen@${total}`);
    print("go on");
    await slow.until(() => slow.bytes().subarray(-5).toString() === "go on", "live again");
    expect(quick.screens).toHaveLength(1);
  });

  test("take input from people, in order", async () => {
    const client = await connect();
    client.send({ type: "attach", channel: 1, agent: name });
    for (const key of ["a", "b", "\r"]) client.type(1, key);
    await client.next("screen");
    for (let tries = 0; home.host.typed(terminal) !== "ab\r" && tries < 100; tries++) await wait(10);
    expect(home.host.typed(terminal)).toBe("ab\r");
  });

  test("fit the window of whoever typed or asked for the size last, and tell everybody whose it is", async () => {
    const [desk, phone] = [await connect(), await connect()];
    const drives = (client: WireClient) => client.all("driver").map(({ you }) => you);
    desk.send({ type: "attach", channel: 1, agent: name, cols: 200, rows: 50 });
    await desk.next("screen");
    phone.send({ type: "attach", channel: 1, agent: name, cols: 40, rows: 20 });
    await phone.next("screen");
    phone.send({ type: "resize", channel: 1, cols: 42, rows: 20 });
    desk.send({ type: "resize", channel: 1, cols: 190, rows: 50 });
    await phone.until(() => phone.all("resized").some(({ cols }) => cols === 190), "the desk's size");
    expect(home.host.sizes(terminal)).toEqual(["200x50", "190x50"]);
    expect([drives(desk), drives(phone)]).toEqual([[true], [false]]);
    phone.type(1, "x");
    await desk.until(() => desk.all("resized").some(({ cols }) => cols === 42), "the phone's size");
    await phone.until(() => drives(phone).length === 2, "the place of the driver");
    expect([drives(desk), drives(phone)]).toEqual([
      [true, false],
      [false, true],
    ]);
    phone.type(1, "y");
    desk.send({ type: "resize", channel: 1, cols: 180, rows: 44, take: true });
    await phone.until(() => phone.all("resized").some(({ cols }) => cols === 180), "the desk's size");
    expect(home.host.sizes(terminal)).toEqual(["200x50", "190x50", "42x20", "180x44"]);
  });

  test("as text come when something was printed, and never take a size or input", async () => {
    print("drawn before");
    const client = await connect();
    client.send({ type: "preview", channel: 1, agent: name });
    expect(await client.next("preview")).toMatchObject({ channel: 1, cols: 120 });
    client.type(1, "x");
    client.send({ type: "resize", channel: 1, cols: 20, rows: 10 });
    print("more");
    await client.next("preview", 2);
    expect(home.host.typed(terminal)).toBe("");
    expect(home.host.sizes(terminal)).toEqual([]);
    client.send({ type: "preview", channel: 2, agent: "nobody" });
    expect(await client.next("refused")).toMatchObject({ channel: 2, over: true, failure: { code: "not_found" } });
  });

  test("tell their exit, and leave nothing running behind", async () => {
    const client = await connect();
    client.send({ type: "attach", channel: 1, agent: name });
    client.send({ type: "attach", channel: 2, agent: name });
    await client.next("screen", 2);
    client.send({ type: "detach", channel: 2 });
    for (let tries = 0; home.host.followers() > 1 && tries < 100; tries++) await wait(10);
    print("bye");
    home.host.exit(terminal, 3);
    expect(await client.next("exit")).toMatchObject({
      channel: 1,
      code: 3,
      signal: null,
      at: expect.stringMatching(/Z$/),
    });
    expect(client.bytes().toString()).toBe("bye");
    expect(client.bytes(2).length).toBe(0);
    client.close();
    for (let tries = 0; home.host.followers() > 0 && tries < 100; tries++) await wait(10);
    expect(home.host.followers()).toBe(0);
  });

  test("that do not exist are refused, without harm to the socket", async () => {
    const client = await connect();
    client.send({ type: "attach", channel: 1, agent: "nobody" });
    expect(await client.next("refused")).toMatchObject({ channel: 1, failure: { code: "not_found" } });
    expect(client.closed).toBeUndefined();
  });
});
