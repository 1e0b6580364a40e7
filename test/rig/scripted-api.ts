import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ScriptedModel, type Answer, type ModelRequest, type Script } from "./script.ts";

/** The API of a maker of models on loopback, with one script per agent: enough of it for a real tool to work against. */
export interface ScriptedApi extends AsyncDisposable {
  /** Sets what the model of `agent` says. Setting it again replaces script and record. */
  play(agent: string, script: Script): ScriptedModel;
  /** The base address of the API for an agent. */
  base(agent: string): string;
  /** Requests to addresses this API does not have; a test that sees any has outgrown the rig. */
  readonly strays: string[];
}

/** Hears of each request of a conversation when its answer's last byte has gone out, or the tool hung up before (`whole`: false). */
export type Told = (request: ModelRequest, whole: boolean) => void;

/** A server-sent event: its type doubles as the event's name. */
export type WireEvent = { type: string } & Record<string, unknown>;

/** What the API of one maker has of its own. */
export interface Wire {
  /** What a tool's base address ends with, and where below it conversations are posted. */
  base: string;
  path: string;
  /** Answers what is beside conversations, a token count or a probe; false when the API has no such address. */
  beside?(method: string, path: string, res: ServerResponse): boolean;
  /** A parsed body, reduced to what scripts and assertions use. */
  read(index: number, body: unknown, headers: Record<string, string>): ModelRequest;
  /** What the server itself says to a request beside the conversation. */
  sideText(request: ModelRequest): string;
  /** The whole event stream of an answer, in order. */
  events(request: ModelRequest, answer: Answer, model: ScriptedModel): Iterable<WireEvent>;
  /** The same as one JSON message, for requests that do not stream. Without it all do. */
  message?(request: ModelRequest, answer: Answer): object;
  /** The type of events after which a slow answer pauses, and of the one at which a dropped one breaks off. */
  piece: string;
  breaksAt: string;
  refusal(status: number, message: string): object;
}

/** Listens on a free port of loopback. */
export async function scriptedApi(wire: Wire, told: Told): Promise<ScriptedApi> {
  const models = new Map<string, ScriptedModel>();
  const strays: string[] = [];
  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      strays.push(`${req.method} ${req.url}: ${String(error)}`);
      res.destroy();
    });
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, agent = "", path = "/"] = /^\/agent\/([^/?]+)(\/[^?]*)?/.exec(req.url ?? "") ?? [];
    if (wire.beside?.(req.method ?? "", path, res)) return;
    const model = models.get(agent);
    if (!model || req.method !== "POST" || path !== wire.base + wire.path) {
      strays.push(`${req.method} ${req.url}`);
      return refuse(res, 404, "no such address in the scripted API");
    }
    const body = await json(req);
    const request = wire.read(model.requests.length, body, req.headers as Record<string, string>);
    if (!request.side) res.once("close", () => told(request, res.writableFinished));
    const played = await model.answer(request);
    const answer: Answer = request.side ? { text: wire.sideText(request) } : played;
    if ("error" in answer) return refuse(res, answer.error, answer.message ?? "scripted refusal");
    if ("hang" in answer) return;
    if (wire.message && body.stream !== true) return send(res, 200, wire.message(request, answer));
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    for (const event of wire.events(request, answer, model)) {
      if (res.destroyed) return;
      res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if ("drop" in answer && event.type === wire.breaksAt) return void res.destroy();
      if ("slow" in answer && event.type === wire.piece) await sleep(answer.gapMs);
    }
    res.end();
  }

  const refuse = (res: ServerResponse, status: number, message: string): void =>
    send(res, status, wire.refusal(status, message));

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    strays,
    base: (agent) => `http://127.0.0.1:${port}/agent/${agent}${wire.base}`,
    play(agent, script) {
      const model = new ScriptedModel(script);
      models.set(agent, model);
      return model;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with one JSON value. */
export function send(res: ServerResponse, status: number, value: object): void {
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

async function json(req: IncomingMessage): Promise<{ stream?: boolean }> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as { stream?: boolean };
}
