import { createInterface } from "node:readline";

/**
 * An MCP server on standard input and output, started by a coding tool under test. Its one tool `ask` shows the person
 * the form given as `schema` and returns what was answered.
 */
const forms = new Map<string, number>();
const send = (message: object): void =>
  void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result } = JSON.parse(line) as {
    id?: number | string;
    method?: string;
    params?: { arguments?: { schema?: object } };
    result?: object;
  };
  if (method === "initialize")
    send({
      id,
      result: {
        protocolVersion: "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "forms", version: "0" },
      },
    });
  else if (method === "tools/list")
    send({ id, result: { tools: [{ name: "ask", description: "Asks.", inputSchema: { type: "object" } }] } });
  else if (method === "tools/call" && typeof id === "number") {
    const form = `form-${id}`;
    forms.set(form, id);
    const requestedSchema = params?.arguments?.schema;
    send({ id: form, method: "elicitation/create", params: { message: "Please fill in", requestedSchema } });
  } else if (method === undefined && typeof id === "string")
    send({ id: forms.get(id), result: { content: [{ type: "text", text: `form: ${JSON.stringify(result)}` }] } });
}
