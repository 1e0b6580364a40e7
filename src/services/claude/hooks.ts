import { objectOf } from "./settings.ts";

/** A hook's payload, as far as Clustr reads it. Unknown names and missing fields are normal: the tool changes. */
export interface Hook {
  name: string;
  session: string | undefined;
  transcript: string | undefined;
  /** Set when a subagent of the agent is meant, not the agent itself. */
  subagent: string | undefined;
  body: Record<string, unknown>;
}

export function readHook(name: string, raw: unknown): Hook {
  const body = objectOf(raw);
  return {
    name,
    session: text(body.session_id),
    transcript: text(body.transcript_path),
    subagent: text(body.agent_id),
    body,
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

export function oneLine(value: string, limit: number): string {
  const line = value.replaceAll(/\s+/g, " ").trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** What the person is asked, for the attention item of a PermissionRequest. */
export function describeRequest(hook: Hook): { kind: "permission" | "question"; title: string; detail?: string } {
  const input = objectOf(hook.body.tool_input);
  const tool = hook.body.tool_name;
  if (tool === "AskUserQuestion") {
    const questions = Array.isArray(input.questions) ? input.questions.map(objectOf) : [];
    const asked = questions.map((question) => text(question.question)).filter((value) => value !== undefined);
    const options = questions
      .flatMap((question) => (Array.isArray(question.options) ? question.options : []))
      .map((option) => text(objectOf(option).label))
      .filter((value) => value !== undefined);
    return {
      kind: "question",
      title: oneLine(asked[0] ?? "The agent asks you something", 200),
      detail: cut([...asked.slice(1), ...options.map((label) => `- ${label}`)].join("\n")),
    };
  }
  if (tool === "ExitPlanMode")
    return { kind: "question", title: "The agent asks you to approve its plan", detail: cut(text(input.plan) ?? "") };
  return { kind: "permission", title: `Allow ${describeCall(hook)}?`, detail: cut(JSON.stringify(input, null, 2)) };
}

function cut(value: string): string {
  return value.length > 4_000 ? `${value.slice(0, 4_000)}\n…` : value;
}
