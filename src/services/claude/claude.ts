import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { AgentLink, AgentSession, ProgramSpec, Service } from "../../core/ports/service.ts";
import { usable } from "../program.ts";
import { accountOf, keyUndecided } from "./account.ts";
import { detectClaude, ID, TITLE } from "./detect.ts";
import { launchProgram, longText } from "./launch.ts";
import { undecidedServers } from "./project-servers.ts";
import { RunRecord } from "./record.ts";
import { writeRunFiles } from "./run-files.ts";
import { ClaudeSession } from "./session.ts";
import { ownSettings } from "./settings.ts";

/** Variable that carries an API key past the tool's question about it. */
const KEY = "CLAUDE_AGENT_API_KEY";

/** What Claude Code adds to the environment of everything it starts; in there, it would take itself for a part of that session. */
const MARKS = [
  "AI_AGENT",
  "CLAUDECODE",
  "CLAUDE_CODE_CHILD_NOTES_DIR",
  "CLAUDE_CODE_CHILD_SESSION",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_EXECPATH",
  "CLAUDE_CODE_MESSAGING_SOCKET",
  "CLAUDE_CODE_MESSAGING_TOKEN",
  "CLAUDE_CODE_SESSION_ATTENDED",
  "CLAUDE_CODE_SESSION_ID",
  "CLAUDE_EFFORT",
  "CLAUDE_ENV_FILE",
  "CLAUDE_PID",
  "CLAUDE_PROJECT_DIR",
];

/**
 * Claude Code, as Clustr drives it: the real terminal program, with hooks, tools and messages passed in by files and a socket.
 * What this folder says of the tool was seen with 2.1.330; much of it is undocumented, and each source may fall silent with
 * another version.
 */
export const claude: Service = {
  id: ID,
  title: TITLE,
  marks: MARKS,
  detect: detectClaude,

  async open(link: AgentLink, signal: AbortSignal): Promise<AgentSession> {
    const record = await RunRecord.load(link);
    const socket = socketOf(link);
    record.program ??= await plan(link, record, socket, signal);
    // Written down before the start: an open that was cut short starts the same program, with the same conversation.
    await record.save();
    const terminal = await link.terminal(withKey(record.program, link.env));
    const session = new ClaudeSession(link, record, terminal, socket, signal);
    await session.begin();
    return session;
  },
};

/** Stands for the API key in what is written down: the key itself stays in the environment. */
const THE_KEY = "from ANTHROPIC_API_KEY";

function withKey(program: ProgramSpec, env: Record<string, string>): ProgramSpec {
  return program.env[KEY] === THE_KEY ? { ...program, env: { ...program.env, [KEY]: env.ANTHROPIC_API_KEY } } : program;
}

/** A path of its own for every run, short enough for a socket. */
function socketOf(link: AgentLink): string {
  const name = createHash("sha256").update(`${link.agent.id} ${link.agent.run}`).digest("hex").slice(0, 10);
  return join(link.socketDir, `${name}.sock`);
}

async function plan(link: AgentLink, record: RunRecord, socket: string, signal: AbortSignal): Promise<ProgramSpec> {
  const command = usable(await detectClaude(link.env, signal));
  const { agent } = link;
  const own = await ownSettings(link.env, agent.cwd);
  const account = await accountOf(link.env, own);
  const disabledServers = await undecidedServers(link.env, agent.cwd, own);
  if (disabledServers.length > 0)
    link.log("MCP servers of the project that you have not approved are off for this agent", {
      servers: disabledServers,
    });
  // A key nobody decided about would open a dialog. As the only login it is what the person means to use; beside another
  // login the tool recommends not to use it (it would be billed apart), so it is kept from the tool.
  const undecided = await keyUndecided(link.env);
  const helped = undecided && account.keyOnly;
  if (undecided && !helped)
    link.log(
      "ANTHROPIC_API_KEY is kept from this agent: Claude Code has another login, and you have not told it to use the key",
    );
  const files = await writeRunFiles(link, {
    full: agent.autonomy === "full",
    disabledServers,
    keyVariable: helped ? KEY : undefined,
  });
  const long = longText(agent);
  const earlier = agent.resumed === true ? agent.session : undefined;
  record.resumed = earlier !== undefined;
  record.session = earlier ?? randomUUID();
  return launchProgram({
    command,
    agent,
    conversation: record.resumed ? { resume: record.session } : { begin: record.session },
    files,
    long: long && { file: await link.file("instructions.md", long.content), prompt: long.prompt },
    socket,
    direct: account.direct,
    root: process.getuid?.() === 0,
    env: undecided ? { ANTHROPIC_API_KEY: undefined, ...(helped ? { [KEY]: THE_KEY } : {}) } : {},
  });
}
