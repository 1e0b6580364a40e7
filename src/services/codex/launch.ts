import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Autonomy } from "../../contract/agent.ts";
import { ClustrError } from "../../contract/error.ts";
import type { AgentLink, ProgramSpec } from "../../core/ports/service.ts";
import type { ApprovalPolicy, SandboxMode } from "./protocol.ts";
import { TITLE } from "./title.ts";
import { toml, type TomlValue } from "./toml.ts";

/** Longest path a unix socket may have on every system we know; the kernel cuts longer ones silently. */
const SOCKET_PATH_LIMIT = 100;
/** Name of the environment variable that carries the agent's token: program arguments can be read by everybody. */
export const TOKEN_VARIABLE = "CLUSTR_TOKEN";

/**
 * What Codex may do unasked. `ask` is Codex's own "Read Only": it reads in a sandbox without writes and network, and has
 * to ask for every edit and every command that needs more. `auto`: writes inside the folder go ahead, the rest is asked.
 * `full`: no sandbox, nothing is asked. (The policies "untrusted" and "granular" exist too: the first asks for each `ls`,
 * the second asks about only some of the commands the sandbox stopped, depending on how fast they ended.)
 */
export const PERMISSIONS: Record<Autonomy, { approvalPolicy: ApprovalPolicy; sandbox: SandboxMode }> = {
  ask: { approvalPolicy: "on-request", sandbox: "read-only" },
  auto: { approvalPolicy: "on-request", sandbox: "workspace-write" },
  full: { approvalPolicy: "never", sandbox: "danger-full-access" },
};

/** How the two programs of an agent are started. */
export interface LaunchPlan {
  socket: string;
  server: ProgramSpec;
  /** The person's window into a thread, attached to the same server. */
  tui(threadId: string): ProgramSpec;
}

/**
 * All configuration goes by `-c`: nothing is written into the person's Codex folder. It is given to the server, where
 * it also holds for threads the person starts in the TUI (`/new`). Keys an older or newer Codex does not know are
 * ignored by it. No secret and no text of the workspace is in an argument.
 */
export function launchPlan(link: AgentLink, program: string, hooks: TomlValue): LaunchPlan {
  const { agent } = link;
  const run = createHash("sha256").update(`${agent.id}.${agent.run}`).digest("hex").slice(0, 10);
  const socket = join(link.socketDir, `cx-${run}`);
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT) {
    throw new ClustrError(
      "unavailable",
      `The socket path ${socket} is longer than ${SOCKET_PATH_LIMIT} bytes. Nothing was started; set CLUSTR_HOME to a shorter folder.`,
    );
  }
  const { approvalPolicy, sandbox } = PERMISSIONS[agent.autonomy];
  const settings: Record<string, TomlValue> = {
    check_for_update_on_startup: false,
    projects: { [agent.cwd]: { trust_level: "trusted" } },
    mcp_servers: {
      clustr: {
        url: `${link.door}/mcp`,
        bearer_token_env_var: TOKEN_VARIABLE,
        default_tools_approval_mode: "approve",
        startup_timeout_sec: 30,
        tool_timeout_sec: 3600,
        // With today's models tools of a server are only named, and looked up on demand: ours are described from the start.
        omit_tools_from: ["deferred"],
      },
    },
    // Mail goes over Clustr alone: no sub-agents with their own send_message and list_agents.
    "agents.enabled": false,
    // With it on, every message from outside aborts the answer the model is giving at that moment.
    "features.instant_interrupt": false,
    hooks,
    approval_policy: approvalPolicy,
    sandbox_mode: sandbox,
    ...(agent.model === undefined ? {} : { model: agent.model }),
  };
  const config = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${toml(value)}`]);
  return {
    socket,
    server: {
      command: program,
      args: ["app-server", "--listen", `unix://${socket}`, ...config],
      env: { [TOKEN_VARIABLE]: link.token },
    },
    tui: (threadId) => ({
      command: program,
      // Permissions may not be given here: Codex refuses overrides for a remote thread that exists. The thread has them.
      args: [
        "--remote",
        `unix://${socket}`,
        "-C",
        agent.cwd,
        "-c",
        "check_for_update_on_startup=false",
        "-c",
        `tui.terminal_title=${toml(TITLE)}`,
        "resume",
        threadId,
      ],
      env: {},
    }),
  };
}

/** What the model is told beside its task, after what the person tells every Codex in their own configuration. */
export function developerInstructions(own: string | null, instructions: string): string {
  const codex =
    'The tools of the MCP server "clustr" are in the namespace mcp__clustr; where you work through `exec`, call them there, e.g. `await tools.mcp__clustr__list_agents({})`. ' +
    "Tools named codex_tui or collaboration do not reach the agents of this workspace: do not use them for messages or agents.";
  return [own ?? "", instructions, codex].filter((part) => part.trim() !== "").join("\n\n");
}
