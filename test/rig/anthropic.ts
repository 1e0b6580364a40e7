import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { eventsOf, messageOf, readRequest, sideText } from "./anthropic-wire.ts";
import { ScriptedModel, type Answer, type ModelRequest, type Script } from "./script.ts";

/** A Messages API on loopback that plays one script per agent: enough of it for the real Claude Code to work against. */
export interface AnthropicServer extends AsyncDisposable {
  /** Sets what the model of `agent` says. Setting it again replaces script and record. */
  play(agent: string, script: Script): ScriptedModel;
  /** The ANTHROPIC_BASE_URL of an agent. */
  base(agent: string): string;
  /** Requests to addresses this API does not have; a test that sees any has outgrown the rig. */
  readonly strays: string[];
}

const STATUS_TYPE: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** Hears of each request of a conversation when its answer's last byte has gone out, or the tool hung up before (`whole`: false). */
export type Told = (request: ModelRequest, whole: boolean) => void;

export async function anthropicServer(told: Told = () => undefined): Promise<AnthropicServer> {
  const models = new Map<string, ScriptedModel>();
  const strays: string[] = [];
  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      strays.push(`${req.method} ${req.url}: ${String(error)}`);
      res.destroy();
    });
  });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const match = /^\/agent\/([^/]+)(\/[^?]*)?/.exec(req.url ?? "");
    const model = models.get(match?.[1] ?? "");
    const path = match?.[2] ?? "/";
    if (req.method === "HEAD") return void res.writeHead(200).end();
    if (!model || req.method !== "POST" || !path.startsWith("/v1/messages")) {
      strays.push(`${req.method} ${req.url}`);
      return refuse(res, 404, "no such address in the scripted API");
    }
    const body = (await json(req)) as { stream?: boolean };
    if (path === "/v1/messages/count_tokens")
      return void res.writeHead(200, { "content-type": "application/json" }).end('{"input_tokens":100}');
    const request = readRequest(model.requests.length, body, req.headers as Record<string, string>);
    if (!request.side) res.once("close", () => told(request, res.writableFinished));
    const played = await model.answer(request);
    const answer: Answer = request.side ? { text: sideText(request) } : played;
    if ("error" in answer) return refuse(res, answer.error, answer.message ?? "scripted refusal");
    if ("hang" in answer) return;
    if (body.stream !== true)
      return void res
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify(messageOf(request, answer)));
    res.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "request-id": `req_${request.index}`,
    });
    for (const event of eventsOf(request, answer, model.unchecked)) {
      if (res.destroyed) return;
      res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      if ("drop" in answer) return void res.destroy();
      if ("slow" in answer && event.type === "content_block_delta") await sleep(answer.gapMs);
    }
    res.end();
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    strays,
    base: (agent) => `http://127.0.0.1:${port}/agent/${agent}`,
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
  res.end(JSON.stringify({ type: "error", error: { type: STATUS_TYPE[status] ?? "api_error", message } }));
}

async function json(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
}
