import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { eventsOf, readRequest, SIDE_TEXT } from "./responses-wire.ts";
import { ScriptedModel, type Answer, type ModelRequest, type Script } from "./script.ts";

/** A Responses API on loopback that plays one script per agent: enough of it for the real Codex to work against. */
export interface ResponsesServer extends AsyncDisposable {
  /** Sets what the model of `agent` says. Setting it again replaces script and record. */
  play(agent: string, script: Script): ScriptedModel;
  /** The `base_url` of an agent's model provider. */
  base(agent: string): string;
  /** Requests to addresses this API does not have; a test that sees any has outgrown the rig. */
  readonly strays: string[];
}

/** Hears of each request of a conversation when its answer's last byte has gone out, or the tool hung up before (`whole`: false). */
export type Told = (request: ModelRequest, whole: boolean) => void;

export async function responsesServer(told: Told = () => undefined): Promise<ResponsesServer> {
  const models = new Map<string, ScriptedModel>();
  const strays: string[] = [];
  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      strays.push(`${req.method} ${req.url}: ${String(error)}`);
      res.destroy();
    });
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const model = models.get(/^\/agent\/([^/]+)\/v1\/responses$/.exec(req.url ?? "")?.[1] ?? "");
    if (!model || req.method !== "POST") {
      strays.push(`${req.method} ${req.url}`);
      return refuse(res, 404, "no such address in the scripted API");
    }
    const request = readRequest(model.requests.length, await json(req), req.headers as Record<string, string>);
    if (!request.side) res.once("close", () => told(request, res.writableFinished));
    const played = await model.answer(request);
    const answer: Answer = request.side ? { text: SIDE_TEXT } : played;
    if ("error" in answer) return refuse(res, answer.error, answer.message ?? "scripted refusal");
    if ("hang" in answer) return;
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    for (const event of eventsOf(request, answer)) {
      if (res.destroyed) return;
      res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if ("drop" in answer && event.type === "response.output_text.delta") return void res.destroy();
      if ("slow" in answer && event.type === "response.output_text.delta") await sleep(answer.gapMs);
    }
    res.end();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    strays,
    base: (agent) => `http://127.0.0.1:${port}/agent/${agent}/v1`,
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

function refuse(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { "content-type": "application/json" });
  // With this type the real API says that the account's limit is reached.
  const type = status === 429 ? "usage_limit_reached" : "scripted";
  res.end(JSON.stringify({ error: { type, code: String(status), message } }));
}

async function json(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
}
