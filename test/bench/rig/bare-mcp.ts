/*
 * A bare MCP server on the SDK and the transport that Clustr's server uses, whose one tool gives back a text it was started
 * with: what a tool call costs that does nothing. Prints its address.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Server, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";

const [text = ""] = process.argv.slice(2);

async function answer(request: Request): Promise<Response> {
  const server = new Server({ name: "bare", version: "0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/call", () => ({ content: [{ type: "text", text }] }));
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request);
  } finally {
    await server.close();
  }
}

const handle = getRequestListener(answer);
const listener = createServer({ keepAliveTimeout: 60_000 }, (asked, answered) => void handle(asked, answered));
listener.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`);
});
