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
  /** Set when instructions and task are too long for a command line: the file with both, and the prompt that points to it. */
  long?: { file: string; prompt: string } | undefined;
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

/** Bytes of instructions and task a command line may carry: one word of it ends at 128 KiB on Linux. */
const LONG = 90_000;

/** Instructions as a file when they, or the task, are too long for a command line; undefined when they are not. */
export function longText(agent: AgentBrief): { content: string; prompt: string } | undefined {
  if (Buffer.byteLength(agent.task) > LONG) {
    return {
      content: `${agent.instructions}\n\n# Your task\n\n${agent.task}\n`,
      prompt: 'Do the task given in your instructions under "Your task".',
    };
  }
  return Buffer.byteLength(agent.instructions) > LONG ? { content: agent.instructions, prompt: agent.task } : undefined;
}

/** The command line. It is visible to every user of the machine: instructions and task may be in it, secrets never. */
export function launchProgram(plan: LaunchPlan): ProgramSpec {
  const { agent, conversation, files } = plan;
  const resumed = "resume" in conversation;
  const args = [
    "--settings",
    files.settings,
    "--mcp-config",
    files.mcp,
    ...(resumed ? ["--resume", conversation.resume] : ["--session-id", conversation.begin]),
    "--name",
    agent.name,
    // Recorded instructions would be sent again on resume, in place of those of today.
    "--system-prompt-snapshot",
    "off",
    // These two swallow every following word up to the next flag.
    "--allowedTools",
    "mcp__clustr",
    "--disallowedTools",
    "SendMessage,ListAgents",
    ...(plan.long === undefined
      ? ["--append-system-prompt", agent.instructions]
      : ["--append-system-prompt-file", plan.long.file]),
    "--messaging-socket-path",
    plan.socket,
    ...(agent.model === undefined ? [] : ["--model", agent.model]),
    "--permission-mode",
    permissionMode(agent.autonomy, plan.direct),
    ...(resumed ? [] : ["--", literal(plan.long?.prompt ?? agent.task)]),
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

/** A prompt that begins with a slash would be run as one of the tool's own commands (`/clear`): a task is always text. */
function literal(prompt: string): string {
  return /^\s*\//.test(prompt) ? `Task: ${prompt}` : prompt;
}
