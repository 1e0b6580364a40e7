import { Agent, request } from "node:http";
import type { Access } from "./quiet.ts";

/** A program that calls tools over one connection that it keeps, as the coding tools do. */
export class McpCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #access: Access;
  #last = 0;

  constructor(access: Access) {
    this.#access = access;
  }

  /** Calls a tool and gives its text. Rejects with what was answered otherwise. */
  async call(name: string, args: Record<string, unknown>): Promise<string> {
    const id = ++this.#last;
    const { status, text } = await this.post("/mcp", {
      ...{ jsonrpc: "2.0", id, method: "tools/call" },
      params: { name, arguments: args },
    });
    const { result } = status === 200 ? (JSON.parse(text) as Answer) : {};
    if (!result || result.isError) throw new Error(`${name} was answered with ${status}: ${text}`);
    return result.content[0]?.text ?? "";
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Posts to the door. `at`: when the answer began to come, as `performance.now()`. */
  post(path: string, body: unknown): Promise<{ status: number | undefined; text: string; at: number }> {
    const { url, token } = this.#access;
    const bytes = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const sent = request(url + path, {
        method: "POST",
        agent: this.#agent,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "content-length": bytes.length,
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2025-11-25",
        },
      });
      sent.on("response", (response) => {
        const at = performance.now();
        let text = "";
        response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode, text, at })).on("error", reject);
      });
      sent.on("error", reject).end(bytes);
    });
  }
}

interface Answer {
  result?: { isError?: boolean; content: { text?: string }[] };
}
