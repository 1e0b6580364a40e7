import { ClustrError, hasCode } from "../contract/error.ts";
import { pause } from "./pause.ts";

/** Where messages go, and where answers are written to. */
export interface BridgeOptions {
  /** Address of the MCP endpoint. */
  url: string;
  token: string;
  signal: AbortSignal;
  /** Takes one JSON-RPC message, without line break. */
  write(line: string): void;
  fetch?: typeof fetch;
}

/** A server that restarts is back within this time; a message is sent again meanwhile, under the same id. */
const ABSENCE_MS = 15_000;
/** How long one call may take: tools that wait are not ours, but a slow disk is possible. */
const CALL_MS = 300_000;

/** Carries JSON-RPC messages to an MCP endpoint over HTTP (protocol "streamable HTTP") and the answers back. */
export class McpBridge {
  readonly #options: BridgeOptions;
  #session: string | undefined;
  #protocol: string | undefined;

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Sends one message and writes what comes back. Never rejects: a failure is answered as JSON-RPC does. */
  async send(line: string): Promise<void> {
    const id = idOf(line);
    try {
      await this.#exchange(line);
    } catch (error) {
      if (id === undefined || this.#options.signal.aborted) return;
      const message = hasCode(error)
        ? error.message
        : "Clustr cannot be reached; whether the call was carried out is not known.";
      this.#options.write(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_000, message } }));
    }
  }

  async #exchange(line: string): Promise<void> {
    const response = await this.#post(line);
    this.#session = response.headers.get("mcp-session-id") ?? this.#session;
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      for await (const data of eventData(response)) this.#deliver(data);
      return;
    }
    const text = await response.text();
    if (text.trim() === "" && response.ok) return;
    if (response.ok || isRpc(text)) this.#deliver(text);
    else
      throw new ClustrError(
        response.status === 401 ? "unauthenticated" : "unavailable",
        refusal(response.status, text),
      );
  }

  async #post(line: string): Promise<Response> {
    const { url, token, signal } = this.#options;
    const until = performance.now() + ABSENCE_MS;
    const late = AbortSignal.timeout(CALL_MS);
    // Under the same id the server carries a call out once, however often it arrives.
    const key = crypto.randomUUID();
    for (;;) {
      try {
        return await (this.#options.fetch ?? fetch)(url, {
          method: "POST",
          redirect: "error",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            authorization: `Bearer ${token}`,
            "idempotency-key": key,
            ...(this.#session === undefined ? {} : { "mcp-session-id": this.#session }),
            ...(this.#protocol === undefined ? {} : { "mcp-protocol-version": this.#protocol }),
          },
          body: line,
          signal: AbortSignal.any([signal, late]),
        });
      } catch (error) {
        if (late.aborted || performance.now() > until) throw error;
        await pause(250, signal);
      }
    }
  }

  #deliver(text: string): void {
    const message: unknown = JSON.parse(text);
    // The version that was agreed upon goes along with every later request.
    this.#protocol ??= (message as { result?: { protocolVersion?: string } }).result?.protocolVersion;
    this.#options.write(JSON.stringify(message));
  }
}

function idOf(line: string): string | number | undefined {
  try {
    const { id, method } = JSON.parse(line) as { id?: string | number; method?: string };
    return method === undefined ? undefined : id;
  } catch {
    return undefined;
  }
}

function isRpc(text: string): boolean {
  try {
    return (JSON.parse(text) as { jsonrpc?: string }).jsonrpc === "2.0";
  } catch {
    return false;
  }
}

function refusal(status: number, text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (typeof message === "string") return message;
  } catch {
    // Not ours: said below.
  }
  return `The address answered ${status}, but not as Clustr does. Check CLUSTR_URL.`;
}

/** The `data` of each server-sent event. */
async function* eventData(response: Response): AsyncIterable<string> {
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (rest + chunk).split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = event
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).replace(/^ /, ""));
      if (data.length > 0 && data.join("") !== "") yield data.join("\n");
    }
  }
}
