import type { Answer, ModelRequest } from "./script.ts";
import type { WireEvent } from "./scripted-api.ts";

type Json = Record<string, unknown>;
type Call = { call: string; args: Record<string, unknown> };

/** A parsed body of `POST /responses`, as far as the rig reads it. */
interface Body {
  model?: string;
  instructions?: string;
  input?: Json[];
  tools?: Json[];
  text?: { format?: { name?: string } };
}

/** A request as Codex sent it, reduced. The hidden request for a thread's title is a side request. */
export function readRequest(index: number, body: unknown, headers: Record<string, string>): ModelRequest {
  const { model = "", instructions = "", input = [] } = body as Body;
  return {
    index,
    at: performance.now(),
    model,
    instructions,
    messages: input.flatMap(messageOf),
    tools: toolNames(body as Body),
    side: turnMetadata(headers).thread_source === "thread_title",
    body,
    headers,
  };
}

/** What Codex says about the turn a request belongs to. */
function turnMetadata(headers: Record<string, string>): { thread_source?: string } {
  try {
    return JSON.parse(headers["x-codex-turn-metadata"] ?? "{}") as { thread_source?: string };
  } catch {
    return {};
  }
}

/** What a side request is answered with: a title, in the shape it demands. */
export const SIDE_TEXT = '{"title":"Scripted"}';

function messageOf(item: Json): { role: string; text: string }[] {
  switch (item.type ?? "message") {
    case "message":
      return [{ role: String(item.role), text: textOf(item.content) }];
    case "function_call":
      return [
        {
          role: "assistant",
          text: `${typeof item.namespace === "string" ? `${item.namespace}__` : ""}${String(item.name)}(${String(item.arguments)})`,
        },
      ];
    case "custom_tool_call":
      return [{ role: "assistant", text: `${String(item.name)}: ${String(item.input)}` }];
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ role: "tool", text: textOf(item.output) }];
    default:
      return [];
  }
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as Json[]).map((part) => (typeof part.text === "string" ? part.text : "")).join("\n");
}

/**
 * Names of the tools offered, namespaced as `mcp__clustr__send_message`. In code mode these are `exec`, what its
 * description declares, and the bare names of deferred namespaces (`mcp__clustr`), whose tools `exec` can call all the same.
 */
function toolNames(body: Body): string[] {
  const offered = [...(body.tools ?? []), ...additionalTools(body)].flatMap((tool) => namesOf(tool, ""));
  const deferred = (body.input ?? []).flatMap((item) => {
    const list = /Deferred tool namespaces:\n((?:- .*\n?)+)/.exec(textOf(item.content))?.[1] ?? "";
    return [...list.matchAll(/^- ([\w-]+)/gm)].map((match) => match[1] ?? "");
  });
  return [...offered, ...deferred];
}

function namesOf(tool: Json, within: string): string[] {
  const name = String(tool.name ?? tool.type);
  if (tool.type === "namespace")
    return ((tool.tools ?? []) as Json[]).flatMap((inner) => namesOf(inner, name === "functions" ? "" : `${name}__`));
  if (name !== "exec") return [`${within}${name}`];
  return [
    "exec",
    ...[...String(tool.description).matchAll(/declare const tools: \{ (\w+)\(/g)].map((match) => match[1] ?? ""),
  ];
}

function additionalTools(body: Body): Json[] {
  return (body.input ?? [])
    .filter((item) => item.type === "additional_tools")
    .flatMap((item) => (item.tools ?? []) as Json[]);
}

/** Models of today get one tool `exec` that runs JavaScript; unknown and older ones get classic function tools. */
function isCodeMode(request: ModelRequest): boolean {
  return request.tools.includes("exec");
}

/** Items of an answer. Ids are unique within the conversation. */
function itemsOf(request: ModelRequest, answer: Answer): Json[] {
  const id = `${request.index}_${request.messages.length}`;
  const say = (text: string): Json => ({
    type: "message",
    role: "assistant",
    id: `msg_${id}`,
    content: [{ type: "output_text", text }],
  });
  if ("calls" in answer) return callItems(request, answer.calls, id);
  if ("call" in answer)
    return [...(answer.text === undefined ? [] : [say(answer.text)]), ...callItems(request, [answer], id)];
  if ("slow" in answer) return [say(answer.slow.join(""))];
  return [say("text" in answer ? answer.text : "cut")];
}

/**
 * Tool calls in the dialect of the request: in code mode one script that makes them one after the other, else one
 * function call each. `exec` itself, with `args.input`, is passed through.
 */
function callItems(request: ModelRequest, calls: Call[], id: string): Json[] {
  if (!isCodeMode(request)) return calls.map(({ call, args }, n) => functionCall(call, args, `${id}_${n}`));
  const direct = calls.filter(({ call }) => call === "request_user_input");
  const scripted = calls.filter(({ call }) => call !== "request_user_input");
  const script = scripted
    .map(({ call, args }) =>
      call === "exec" ? String(args.input) : `text(JSON.stringify(await tools.${call}(${JSON.stringify(args)})));`,
    )
    .join("\n");
  return [
    ...direct.map(({ call, args }, n) => functionCall(call, args, `${id}_${n}`)),
    ...(script === ""
      ? []
      : [{ type: "custom_tool_call", id: `ctc_${id}`, call_id: `call_${id}`, name: "exec", input: script }]),
  ];
}

function functionCall(call: string, args: Record<string, unknown>, id: string): Json {
  const [, namespace, name] = /^(mcp__.+?)__(.+)$/.exec(call) ?? [];
  return {
    type: "function_call",
    id: `fc_${id}`,
    call_id: `call_${id}`,
    name: name ?? call,
    ...(namespace ? { namespace } : {}),
    arguments: JSON.stringify(args),
  };
}

/** The server-sent events of an answer. Text comes in pieces when the answer is slow, else in one. */
export function* eventsOf(request: ModelRequest, answer: Answer): Generator<WireEvent> {
  const response = { id: `resp_${request.index}` };
  yield { type: "response.created", response };
  for (const [output_index, item] of itemsOf(request, answer).entries()) {
    if (item.type === "message") {
      yield { type: "response.output_item.added", output_index, item: { ...item, content: [] } };
      const pieces = "slow" in answer ? answer.slow : [textOf(item.content)];
      for (const delta of pieces)
        yield { type: "response.output_text.delta", item_id: item.id, output_index, content_index: 0, delta };
    }
    yield { type: "response.output_item.done", output_index, item };
  }
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 110,
  };
  yield { type: "response.completed", response: { ...response, usage } };
}
