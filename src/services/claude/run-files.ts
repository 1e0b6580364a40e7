import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentLink } from "../../core/ports/service.ts";

/**
 * Hooks answered over HTTP, as the tool names them. SessionStart is not among them: the tool runs it as a command only.
 */
const HOOKS = [
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "PermissionRequest",
  "PermissionDenied",
  "Notification",
  "Stop",
  "StopFailure",
  "SessionEnd",
  "PreCompact",
  "PostCompact",
] as const;

/** Seconds a hook may take: the door holds calls while the server restarts, and nothing may time out meanwhile. */
const HOOK_TIMEOUT = 900;
/** Seconds a permission request may wait for a person: a weekend. The tool's own dialog is open all the while. */
const HELD_TIMEOUT = 3 * 86_400;

/** What the plan decides and the files must say. */
export interface RunChoices {
  /** Skip the tool's warning about running without permissions: the person chose `full` in Clustr. */
  full: boolean;
  /** Project MCP servers to switch off, see `undecidedServers`. */
  disabledServers: string[];
  /** Name of the variable that carries the API key, when the tool is to fetch it by a helper. */
  keyVariable?: string | undefined;
}

/** Writes the three private files of a run (they hold the agent's token) and returns the paths the tool is started with. */
export async function writeRunFiles(link: AgentLink, choices: RunChoices): Promise<{ settings: string; mcp: string }> {
  const authorization = `Bearer ${link.token}`;
  const hookFile = await link.file(
    "session-start.json",
    JSON.stringify({ url: `${link.door}/hooks/SessionStart`, authorization }),
  );
  const settings = await link.file("settings.json", JSON.stringify(settingsOf(link, choices, hookFile), null, 2));
  const server = { type: "http", url: `${link.door}/mcp`, headers: { Authorization: authorization }, alwaysLoad: true };
  const mcp = await link.file("mcp.json", JSON.stringify({ mcpServers: { clustr: server } }, null, 2));
  return { settings, mcp };
}

function settingsOf(link: AgentLink, choices: RunChoices, hookFile: string): Record<string, unknown> {
  const hooks: Record<string, unknown> = {};
  for (const name of HOOKS) {
    const hook = {
      type: "http",
      url: `${link.door}/hooks/${name}`,
      headers: { Authorization: `Bearer ${link.token}` },
      timeout: name === "PermissionRequest" ? HELD_TIMEOUT : HOOK_TIMEOUT,
    };
    hooks[name] = [{ hooks: [hook] }];
  }
  // The script stands beside this module: as .ts in a checkout, as .js in the package.
  const script = fileURLToPath(new URL(`./session-start${extname(import.meta.url)}`, import.meta.url));
  hooks.SessionStart = [
    { hooks: [{ type: "command", command: link.node, args: [script, hookFile], timeout: HOOK_TIMEOUT }] },
  ];
  return {
    hooks,
    // Our own messages arrive through the session's socket; otherwise it holds them and asks.
    crossSessionInbound: "accept",
    // With a sandbox switched on by the person, hooks pass its network gate only when loopback is allowed.
    sandbox: { network: { allowedDomains: ["127.0.0.1"] } },
    ...(choices.full ? { skipDangerousModePermissionPrompt: true } : {}),
    ...(choices.disabledServers.length > 0 ? { disabledMcpjsonServers: choices.disabledServers } : {}),
    ...(choices.keyVariable === undefined ? {} : { apiKeyHelper: `printenv ${choices.keyVariable}` }),
  };
}
