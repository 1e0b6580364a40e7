import type { Autonomy } from "../../contract/agent.ts";
import type { AgentBrief, ProgramSpec } from "../../core/ports/service.ts";

/** Everything a start of Claude Code depends on. */
export interface LaunchPlan {
  /** Absolute path of the tool. */
  command: string;
  agent: AgentBrief;
  /** A conversation of its own under this id, or one to continue. */
  conversation: { begin: string } | { resume: string };
  files: { settings: string; mcp: string };
  /** Where the session is to listen for messages. */
  socket: string;
  /** Requests go straight to Anthropic. */
  direct: boolean;
  /** Running as the superuser. */
  root: boolean;
  /** Environment changes that came out of looking at the account. */
  env?: Record<string, string | undefined>;
}

/** The tool's permission mode for an autonomy; always passed, because the tool's own default differs by version. */
export function permissionMode(autonomy: Autonomy, direct: boolean): string {
  if (autonomy === "full") return "bypassPermissions";
  if (autonomy === "ask") return "manual";
  // Auto mode needs a check only Anthropic's own API does; elsewhere each call would open a dialog about the missing check.
  return direct ? "auto" : "acceptEdits";
}

/** The command line. It is visible to every user of the machine: instructions and task may be in it, secrets never. */
export function launchProgram(plan: LaunchPlan): ProgramSpec {
  const { agent, conversation, files } = plan;
  const resumed = "resume" in conversation;
  const args = [
    "--settings", files.settings,
    "--mcp-config", files.mcp,
    ...(resumed ? ["--resume", conversation.resume] : ["--session-id", conversation.begin]),
    "--name", agent.name,
    // Recorded instructions would be sent again on resume, in place of those of today.
    "--system-prompt-snapshot", "off",
    // These two swallow every following word up to the next flag.
    "--allowedTools", "mcp__clustr",
    "--disallowedTools", "SendMessage,ListAgents",
    "--append-system-prompt", agent.instructions,
    "--messaging-socket-path", plan.socket,
    ...(agent.model === undefined ? [] : ["--model", agent.model]),
    "--permission-mode", permissionMode(agent.autonomy, plan.direct),
    ...(resumed ? [] : ["--", agent.task]),
  ];
  const env: Record<string, string | undefined> = {
    // Trust in the folder was given to Clustr; the tool's own question would come on top, defaulting to "exit".
    CLAUDE_CODE_SANDBOXED: "1",
    // A survey on the screen would take the next key press.
    CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY: "1",
    // Suggestions look like a draft in the composer.
    CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "0",
    ...(agent.autonomy === "full" && plan.root ? { IS_SANDBOX: "1" } : {}),
    ...plan.env,
  };
  return { command: plan.command, args, env };
}
