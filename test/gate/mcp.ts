/** What a tool answered: the status of the request, and what a model would read. */
export interface ToolAnswer {
  status: number;
  failed: boolean;
  text: string;
}

/** Calls a tool as an agent's program does, one POST per call; `base` is the server's address or that of the agents' door. */
export async function callTool(
  base: string,
  token: string | undefined,
  tool: string,
  args: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<ToolAnswer> {
  const response = await fetch(`${base}/mcp`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: args } }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (response.status !== 200) return { status: response.status, failed: true, text };
  const { result, error } = JSON.parse(text) as {
    result?: { isError?: boolean; content: { text?: string }[] };
    error?: { message: string };
  };
  return {
    status: 200,
    failed: error !== undefined || result?.isError === true,
    text: error?.message ?? (result?.content ?? []).map((part) => part.text ?? "").join("\n"),
  };
}
