import type { Answer, ModelRequest } from "./script.ts";
import type { WireEvent } from "./scripted-api.ts";

interface Body {
  model?: string;
  system?: unknown;
  messages?: { role: string; content: unknown }[];
  tools?: { name?: string }[];
  stop_sequences?: string[];
  safeguards?: unknown[];
  stream?: boolean;
}

/** Reduces a Messages API body to what scripts and assertions use. */
export function readRequest(index: number, raw: unknown, headers: Record<string, string>): ModelRequest {
  const body = raw as Body;
  return {
    index,
    at: performance.now(),
    model: body.model ?? "",
    instructions: flatten(body.system),
    messages: (body.messages ?? []).map((message) => ({ role: message.role, text: flatten(message.content) })),
    tools: (body.tools ?? []).map((tool) => tool.name ?? ""),
    side: (body.tools ?? []).length === 0,
    body: raw,
    headers,
  };
}

/** Content blocks as the text a model would read. */
function flatten(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((block: Record<string, unknown>) => {
      if (block.type === "text") return String(block.text);
      if (block.type === "tool_use") return `[call ${String(block.name)} ${JSON.stringify(block.input)}]`;
      if (block.type === "tool_result")
        return `[result${block.is_error === true ? " error" : ""}] ${flatten(block.content)}`;
      return "";
    })
    .join("\n");
}

/** What the server says to requests beside the conversation: titles, and the local safety check of auto mode. */
export function sideText(request: ModelRequest): string {
  const stops = (request.body as Body).stop_sequences ?? [];
  return stops.some((stop) => stop.includes("severity")) ? "<severity>10</severity>" : '{"title":"Scripted session"}';
}

type Block =
  | { type: "text"; pieces: string[] }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

/** The content blocks of an answer that is not an error, a hang or a drop. */
function blocksOf(answer: Answer, index: number): Block[] {
  const call = (one: { call: string; args: Record<string, unknown> }, place: number): Block => ({
    type: "tool_use",
    id: `toolu_${index}_${place}`,
    name: one.call,
    input: one.args,
  });
  if ("calls" in answer) return answer.calls.map(call);
  if ("call" in answer)
    return [...(answer.text === undefined ? [] : [{ type: "text" as const, pieces: [answer.text] }]), call(answer, 0)];
  if ("slow" in answer) return [{ type: "text", pieces: answer.slow }];
  if ("text" in answer) return [{ type: "text", pieces: [answer.text] }];
  return [];
}

/** The whole event stream of an answer, in order. `piece` events are where a slow answer pauses. */
export function eventsOf(request: ModelRequest, answer: Answer, unchecked = false): WireEvent[] {
  const blocks = blocksOf(answer, request.index);
  const calls = blocks.filter((block) => block.type === "tool_use");
  const message = {
    id: `msg_${request.index}_${Math.round(request.at)}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
  const events: WireEvent[] = [{ type: "message_start", message }];
  blocks.forEach((block, index) => {
    const start =
      block.type === "text"
        ? { type: "text", text: "" }
        : { type: "tool_use", id: block.id, name: block.name, input: {} };
    events.push({ type: "content_block_start", index, content_block: start });
    if (block.type === "text")
      for (const text of block.pieces)
        events.push({ type: "content_block_delta", index, delta: { type: "text_delta", text } });
    else
      events.push({
        type: "content_block_delta",
        index,
        delta: { type: "input_json_delta", partial_json: JSON.stringify(block.input) },
      });
    events.push({ type: "content_block_stop", index });
  });
  const delta: Record<string, unknown> = {
    stop_reason: calls.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
  };
  // In auto mode the tool asks the API whether each call is dangerous; without a verdict it opens a dialog.
  if (!unchecked && ((request.body as Body).safeguards ?? []).length > 0) {
    const verdicts = Object.fromEntries(
      calls.map((block) => [block.id, { type: "evaluated", outcome: "not_flagged" }]),
    );
    delta.safeguard_results = [{ type: "dangerous_tool_use", status: { type: "available", tool_uses: verdicts } }];
  }
  events.push({ type: "message_delta", delta, usage: { output_tokens: 20 } }, { type: "message_stop" });
  return events;
}

/** The same answer as one JSON message, for requests that do not stream. */
export function messageOf(request: ModelRequest, answer: Answer): Record<string, unknown> {
  const content = blocksOf(answer, request.index).map((block) =>
    block.type === "text" ? { type: "text", text: block.pieces.join("") } : block,
  );
  const stop_reason = content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
  return {
    id: `msg_${request.index}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 100, output_tokens: 20 },
  };
}
