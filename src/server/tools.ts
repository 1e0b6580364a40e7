import type { CallToolResult, Tool } from "@modelcontextprotocol/server";
import { toFailure } from "../contract/error.ts";
import type { Operation } from "../contract/operation.ts";
import { operations, type OperationName } from "../contract/operations.ts";

/** The operations agents may call, by the tool's name. */
export const toolOperations: ReadonlyMap<string, OperationName> = new Map(
  (Object.entries(operations) as [OperationName, Operation][]).flatMap(([name, { tool }]) =>
    tool ? [[tool.name, name]] : [],
  ),
);

/** Every tool, as models are told of it. */
export const tools: Tool[] = [...toolOperations].map(([name, operation]) => {
  const { tool, input, http } = operations[operation] as Operation;
  return {
    name,
    description: tool?.description ?? "",
    inputSchema: plain(input.toJSONSchema({ io: "input" })) as Tool["inputSchema"],
    annotations: {
      readOnlyHint: http.startsWith("GET"),
      destructiveHint: http.startsWith("DELETE"),
      openWorldHint: false,
    },
  };
});

/**
 * A schema as models' makers accept it: without `$schema`, and without patterns (some refuse Unicode classes) and
 * bounds that only say "an integer". The core checks all of it anyway.
 */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      key !== "$schema" &&
      !(key === "pattern" && typeof value === "string") &&
      Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, plain(value)]));
}

/** An operation's output as a tool result: JSON as text, because not every client shows models the structured form. */
export function toolResult(output: unknown): CallToolResult {
  return {
    content: [{ type: "text", text: JSON.stringify(output) }],
    structuredContent: output as Record<string, unknown>,
  };
}

/** A failure as a tool result: the model reads what happened and whether to try again. */
export function toolFailure(error: unknown): CallToolResult {
  const { code, message } = toFailure(error);
  const final = code === "limited" || code === "forbidden" ? " This is final: do not try again." : "";
  return { content: [{ type: "text", text: `${message}${final}` }], isError: true };
}
