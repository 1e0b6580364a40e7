import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type IncomingMessage, request as send } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Door, type DoorOptions, openDoor } from "../../src/terminal/host/door.ts";

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

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A door, the server behind it and agents in front of it. */
export class DoorRig {
  readonly folder = mkdtempSync(join(tmpdir(), "door-"));
  readonly socket = join(this.folder, "s");
  door: Door | undefined;
  #server: ChildProcess | undefined;
  #generation = 0;

  async startServer(): Promise<void> {
    const server = spawn(
      process.execPath,
      ["--input-type=module", "-e", SERVER, "--", this.socket, join(this.folder, "seen"), String(++this.#generation)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.#server = server;
    await once(server.stdout, "data");
  }

  async killServer(): Promise<void> {
    const server = this.#server;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    server.kill("SIGKILL");
    await once(server, "exit");
  }

  async open(more: Partial<DoorOptions> = {}): Promise<Door> {
    this.door = await openDoor({ target: this.socket, host: "127.0.0.1", log: () => {}, ...more });
    return this.door;
  }

  /** Calls the door as an agent does. */
  call(
    path: string,
    more: { method?: string; body?: string | Buffer; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { signal } = more;
      const asked = send({
        host: "127.0.0.1",
        port: this.door?.port,
        path,
        method: more.method ?? "GET",
        headers: more.headers ?? {},
        agent: false,
        ...(signal ? { signal } : {}),
      });
      asked.on("error", reject);
      asked.on("response", (response) => {
        let body = "";
        response.setEncoding("latin1").on("data", (text: string) => (body += text));
        response
          .on("error", reject)
          .on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      asked.end(more.body);
    });
  }

  /** Sends bytes as they are and returns everything that comes back until the door closes the connection. */
  async raw(bytes: string): Promise<string> {
    const wire = connect(this.door?.port ?? 0, "127.0.0.1");
    wire.write(bytes);
    let all = "";
    for await (const chunk of wire) all += String(chunk);
    return all;
  }

  /** What the servers noted, line by line. */
  seen(): string[] {
    const file = join(this.folder, "seen");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  async end(): Promise<void> {
    await this.door?.close();
    await this.killServer();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
