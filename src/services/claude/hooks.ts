import { objectOf } from "../json.ts";
import { oneLine } from "../words.ts";

/** A hook's payload, as far as Clustr reads it. Unknown names and missing fields are normal: the tool changes. */
export interface Hook {
  name: string;
  session: string | undefined;
  transcript: string | undefined;
  /** Set when a subagent of the agent is meant, not the agent itself. */
  subagent: string | undefined;
  body: Record<string, unknown>;
  /** The call's id at the door, the same when the door repeats it. */
  request: string | undefined;
  /** Why the workspace wants the person asked, where that opened the dialog. */
  reason?: string | undefined;
}

/** `name`: the hook's; `raw`: its parsed body, of whatever shape; `request`: the call's id at the door. */
export function readHook(name: string, raw: unknown, request?: string): Hook {
  const body = objectOf(raw);
  return {
    name,
    session: text(body.session_id),
    transcript: text(body.transcript_path),
    subagent: text(body.agent_id),
    body,
    request,
  };
}

/** A non-empty string, or undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a tool call does, in one short line for people. */
export function describeCall(hook: Hook): string {
  const tool = toolName(text(hook.body.tool_name) ?? "a tool");
  const input = objectOf(hook.body.tool_input);
  const what = [
    input.command,
    input.file_path,
    input.notebook_path,
    input.pattern,
    input.url,
    input.query,
    input.description,
  ]
    .map(text)
    .find((value) => value !== undefined);
  return oneLine(what === undefined ? tool : `${tool}: ${what}`, 120);
}

/** Tools of MCP servers are named `mcp__server__tool`. */
function toolName(name: string): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server === undefined || tool === undefined ? name : `${server} ${tool}`;
}
