import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** How long one request may take. The door holds it while the server is away, which may be long: a person stopped it. */
const CALL_MS = 15 * 60_000;
/** For how long a door that lets nothing in is tried again. */
const KNOCK_MS = 60 * 60_000;
/** Between two tries. */
const AGAIN_MS = 500;
/** Characters of a refusal that are shown. */
const SHOWN = 500;

/** A tool of Clustr refused; the message is for whoever reads the terminal. */
export class ToolRefusal extends Error {}

/** The agents' door as a script's program uses it. */
export interface Door {
  /** Calls a tool; the result as the value its JSON text stands for, or the text itself. @throws ToolRefusal */
  call(tool: string, args: Record<string, unknown>): Promise<unknown>;
  /** Asks for the tools, which also tells Clustr that this agent has them. */
  listTools(): Promise<string[]>;
  /** Posts to `/hooks/<name>` and resolves with the answer. */
  hook(name: string, body: unknown, timeoutMs?: number): Promise<Record<string, unknown>>;
}

interface Reply {
  result?: { content?: { type: string; text?: string }[]; isError?: boolean; tools?: { name: string }[] };
  error?: { message: string };
}

/**
 * Opens the door at an address with a token. MCP is spoken statelessly: each call is one POST with one JSON answer.
 * While the server is away the door holds calls. A repeated call carries the key of its first try, so it is carried out
 * once. Calls under way are dropped when the signal aborts.
 */
export function openDoor(url: string, token: string, signal: AbortSignal): Door {
  let lastId = 0;

  async function post(path: string, body: unknown, timeoutMs: number): Promise<unknown> {
    const until = performance.now() + KNOCK_MS;
    const key = randomUUID();
    for (;;) {
      try {
        const response = await fetch(url + path, {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "idempotency-key": key,
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            "mcp-protocol-version": "2025-11-25",
          },
          body: JSON.stringify(body),
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        const text = await response.text();
        if (response.ok) return text === "" ? {} : JSON.parse(text);
        if (response.status !== 503 || performance.now() > until)
          throw new Error(`Clustr answered ${response.status}: ${text.slice(0, SHOWN)}`);
      } catch (error) {
        if (!isRepeatable(error) || performance.now() > until) throw error;
      }
      await sleep(AGAIN_MS, undefined, { signal });
    }
  }

  async function ask(method: string, params: Record<string, unknown>): Promise<Reply> {
    return (await post("/mcp", { jsonrpc: "2.0", id: ++lastId, method, params }, CALL_MS)) as Reply;
  }

  return {
    async call(tool, args) {
      const { result, error } = await ask("tools/call", { name: tool, arguments: args });
      const text = (result?.content ?? []).map((part) => part.text ?? "").join("\n");
      if (error || result?.isError) throw new ToolRefusal(error?.message ?? text);
      return parsed(text);
    },
    async listTools() {
      const { result, error } = await ask("tools/list", {});
      if (error) throw new ToolRefusal(error.message);
      return (result?.tools ?? []).map(({ name }) => name);
    },
    hook: async (name, body, timeoutMs = CALL_MS) =>
      (await post(`/hooks/${name}`, body, timeoutMs)) as Record<string, unknown>,
  };
}

/** Nobody listened, or `fetch` lost patience, which it does after five minutes whatever it is told. */
const REPEATABLE = ["ECONNREFUSED", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"];

function isRepeatable(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined;
  return typeof cause?.code === "string" && REPEATABLE.includes(cause.code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
