import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request as send } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Door, type DoorOptions, openDoor } from "./door.ts";

/**
 * A real server in a process of its own. It notes `<generation> <id> <method> <path> <body bytes>` for every request it
 * has read. `/once-then-hang` is answered by every generation but the first.
 */
const SERVER = `
import { appendFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
const [socket, seen, generation] = process.argv.slice(1);
rmSync(socket, { force: true });
createServer(async (request, response) => {
  if (request.url === "/unread") {
    appendFileSync(seen, [generation, request.headers["x-clustr-request"], request.method, request.url, 0].join(" ") + "\\n");
    return response.writeHead(401).end("no");
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url, "http://door");
  response.on("close", () => { if (!response.writableFinished) appendFileSync(seen, "gone " + request.headers["x-clustr-request"] + "\\n"); });
  appendFileSync(seen, [generation, request.headers["x-clustr-request"], request.method, request.url, body.length].join(" ") + "\\n");
  if (url.pathname === "/hang" || (url.pathname === "/hang-at-first" && generation === "1")) return;
  if (url.pathname === "/half" && generation === "1") { response.writeHead(200, { "content-length": 100 }); response.write("half of it"); return; }
  if (url.pathname === "/slow") return setTimeout(() => response.end("at last"), Number(url.searchParams.get("ms")));
  if (url.pathname === "/big") return response.end(Buffer.alloc(Number(url.searchParams.get("bytes"))));
  if (url.pathname === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: one\\n\\n");
    return setTimeout(() => response.write("data: two\\n\\n"), 50);
  }
  response.writeHead(200, { "content-type": "application/json", "x-generation": generation, "set-cookie": ["a=1", "b=2"] });
  response.end(JSON.stringify({ headers: request.headers, body: body.toString("utf8").slice(0, 100) }));
}).listen(socket, () => process.stdout.write("ready"));
`;

const KILLS = process.env["CLUSTR_FULL"] === "1" ? 100 : 5;

let folder: string;
let socket: string;
let door: Door | undefined;
let server: ChildProcess | undefined;
let generation = 0;

async function startServer(): Promise<void> {
  server = spawn(process.execPath, ["--input-type=module", "-e", SERVER, "--", socket, join(folder, "seen"), String(++generation)], { stdio: ["ignore", "pipe", "inherit"] });
  await once(server.stdout!, "data");
}

async function killServer(): Promise<void> {
  if (server?.exitCode === null && server.signalCode === null) {
    server.kill("SIGKILL");
    await once(server, "exit");
  }
}

async function open(more: Partial<DoorOptions> = {}): Promise<Door> {
  door = await openDoor({ target: socket, host: "127.0.0.1", log: () => {}, ...more });
  return door;
}

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

function call(path: string, more: { method?: string; body?: string | Buffer; headers?: Record<string, string>; signal?: AbortSignal } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { signal } = more;
    const asked = send({ host: "127.0.0.1", port: door!.port, path, method: more.method ?? "GET", headers: more.headers ?? {}, agent: false, ...(signal ? { signal } : {}) });
    asked.on("error", reject);
    asked.on("response", (response) => {
      let body = "";
      response.setEncoding("latin1").on("data", (text: string) => (body += text));
      response.on("error", reject).on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.end(more.body);
  });
}

/** Sends bytes as they are and returns everything that comes back until the door closes the connection. */
async function raw(bytes: string): Promise<string> {
  const wire = connect(door!.port, "127.0.0.1");
  wire.write(bytes);
  let all = "";
  for await (const chunk of wire) all += String(chunk);
  return all;
}

const seen = (): string[] => (existsSync(join(folder, "seen")) ? readFileSync(join(folder, "seen"), "utf8").trim().split("\n") : []);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "door-"));
  socket = join(folder, "s");
  generation = 0;
});

afterEach(async () => {
  await door?.close();
  await killServer();
  door = undefined;
  rmSync(folder, { recursive: true, force: true });
});

describe("the agents' door", () => {
  test("passes a request on as it is, with an identity only the door can give", async () => {
    await startServer();
    await open();
    const answer = await call("/api/x?y=1", { method: "POST", body: "hello", headers: { authorization: "Bearer t", "X-Clustr-Request": "mine", connection: "close, x-secret", "x-secret": "1" } });
    expect(answer.status).toBe(200);
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    const { headers, body } = JSON.parse(answer.body) as { headers: Record<string, string>; body: string };
    expect(body).toBe("hello");
    expect(headers["authorization"]).toBe("Bearer t");
    expect(headers["host"]).toBe(`127.0.0.1:${door?.port}`);
    expect(headers["x-clustr-request"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers["x-secret"]).toBeUndefined();
  });

  test.each(["/hang-at-first", "/half"])("a request in flight when the server is killed is sent once more, under the same identity (%s)", async (path) => {
    await startServer();
    await open();
    const answer = call(path, { method: "POST", body: "x".repeat(1000) });
    await expect.poll(() => seen().length).toBe(1);
    await killServer();
    await new Promise((resolve) => setTimeout(resolve, 250));
    await startServer();
    expect((await answer).status).toBe(200);
    const lines = seen().map((line) => line.split(" "));
    expect(lines.map(([run, , method, , bytes]) => [run, method, bytes])).toEqual([["1", "POST", "1000"], ["2", "POST", "1000"]]);
    expect(lines[0]?.[1]).toBe(lines[1]?.[1]);
  });

  test("requests made while the server is away are held and served when it comes", async () => {
    await open();
    const answers = Promise.all(["/a", "/b", "/c"].map((path) => call(path)));
    await new Promise((resolve) => setTimeout(resolve, 250));
    await startServer();
    expect((await answers).map((answer) => answer.status)).toEqual([200, 200, 200]);
    await killServer();
    // The dead server's socket file is still there: connections to it are refused, not missing.
    expect(existsSync(socket)).toBe(true);
    const late = call("/d");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await startServer();
    expect((await late).headers["x-generation"]).toBe("2");
  });

  test("says so when the server stays away", async () => {
    await open({ limits: { patienceMs: 300 } });
    const answer = await call("/x");
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({ code: "unavailable" });
  });

  test("an answer may take long", async () => {
    await startServer();
    await open({ limits: { patienceMs: 50 } });
    expect((await call("/slow?ms=1200")).body).toBe("at last");
  });

  test("an agent that hangs up ends the request at the server too", async () => {
    await startServer();
    await open();
    const hangUp = new AbortController();
    const answer = call("/hang", { signal: hangUp.signal });
    await expect.poll(() => seen().length).toBe(1);
    hangUp.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => seen().at(-1)).toMatch(/^gone /);
  });

  test("an agent that hangs up while the server is away is forgotten", async () => {
    await open();
    const hangUp = new AbortController();
    const answer = call("/never", { signal: hangUp.signal });
    await new Promise((resolve) => setTimeout(resolve, 150));
    hangUp.abort();
    await expect(answer).rejects.toThrow();
    await startServer();
    expect((await call("/after")).status).toBe(200);
    expect(seen().filter((line) => line.includes("/never"))).toEqual([]);
  });

  test("event streams pass as they come and end when the server goes", async () => {
    await startServer();
    await open();
    const stream = call("/events");
    await expect.poll(() => seen().join()).toContain("/events");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await killServer();
    const answer = await stream;
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    expect(answer.body).toBe("data: one\n\ndata: two\n\n");
    expect(seen()).toHaveLength(1);
  });

  test("an answer given before the request was read is taken as it is, not for a break", async () => {
    await startServer();
    await open();
    const body = Buffer.alloc(2 * 1024 * 1024);
    for (let at = 0; at < 30; at++) expect((await call("/unread", { method: "POST", body })).status).toBe(401);
    expect(seen()).toHaveLength(30);
  });

  test("no call fails through repeated kills, and each is repeated only under its own identity", async () => {
    await startServer();
    await open();
    let over = false;
    let answered = 0;
    const agents = Array.from({ length: 4 }, async () => {
      while (!over) {
        expect((await call("/slow?ms=20", { method: "POST", body: "x" })).status).toBe(200);
        answered++;
      }
    });
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
      await killServer();
      await startServer();
    }
    over = true;
    await Promise.all(agents);
    const ids = seen().flatMap((line) => (line.startsWith("gone") ? [] : [line.split(" ")[1]]));
    expect(new Set(ids).size).toBe(answered);
    expect(answered).toBeGreaterThan(KILLS);
  }, 120_000);

  test("what is too large is refused, and the refusal can be read", async () => {
    await startServer();
    await open({ limits: { answerBytes: 100_000 } });
    const refused = await call("/x", { method: "POST", body: Buffer.alloc(5_000_000) });
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([413, "too_large"]);
    expect((await call("/x", { method: "POST", body: Buffer.alloc(2 * 1024 * 1024) })).status).toBe(200);
    expect((await call("/big?bytes=100000")).body).toHaveLength(100_000);
    expect((await call("/big?bytes=100001")).status).toBe(502);
  });

  test("holds only so many requests and so many bytes, and has room again afterwards", async () => {
    await startServer();
    await open({ limits: { requests: 3, heldBytes: 1000 } });
    const hangUp = new AbortController();
    const held = [1, 2].map(() => call("/hang", { method: "POST", body: "x".repeat(400), signal: hangUp.signal }).catch(() => "gone"));
    await expect.poll(() => seen().length).toBe(2);
    const noRoom = await call("/x", { method: "POST", body: "x".repeat(400) });
    expect([noRoom.status, noRoom.headers["retry-after"]]).toEqual([503, "1"]);
    const third = call("/hang", { signal: hangUp.signal }).catch(() => "gone");
    await expect.poll(() => seen().length).toBe(3);
    expect((await call("/x")).status).toBe(503);
    hangUp.abort();
    await Promise.all([...held, third]);
    await expect.poll(async () => (await call("/x", { method: "POST", body: "x".repeat(300) })).status).toBe(200);
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
    ["an upgrade", "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "501"],
  ])("refuses %s", async (_what, bytes, status) => {
    await startServer();
    await open();
    expect((await raw(bytes)).split("\r\n")[0]).toContain(` ${status} `);
    expect(seen()).toEqual([]);
  });

  test("answers to HEAD keep their length and have no body", async () => {
    await startServer();
    await open();
    const answer = await call("/big?bytes=5", { method: "HEAD" });
    expect([answer.status, answer.body]).toEqual([200, ""]);
  });

  test("a port that is taken is named", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(openDoor({ target: socket, host: "127.0.0.1", port, log: () => {} })).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(String(port)) });
    other.close();
  });

  test("the same port is had again after closing", async () => {
    const { port, close } = await open();
    await close();
    expect((await open({ port })).port).toBe(port);
  });

  test("does not grow with requests", async () => {
    await startServer();
    await open();
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const body = Buffer.alloc(20_000);
    const round = async (count: number): Promise<number> => {
      for (let at = 0; at < count; at += 20) await Promise.all(Array.from({ length: 20 }, () => call("/x", { method: "POST", body })));
      collect();
      return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    };
    const before = await round(400);
    const after = await round(2000);
    // 2000 requests of 20 kB would be 40 MB had any been kept.
    expect(after - before).toBeLessThan(4_000_000);
    expect(process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length).toBeLessThan(10);
  }, 30_000);
});
