import { z } from "zod";
import { Agent, AgentName, Autonomy, Status } from "../agent.ts";
import { operation } from "../operation.ts";

/** An agent as others see it. */
const Peer = Agent.pick({
  name: true,
  service: true,
  task: true,
  status: true,
  sure: true,
  outcome: true,
  activity: true,
  working_on: true,
  cwd: true,
  spawned_by: true,
  files: true,
}).extend({
  /** True for the caller itself. */
  you: z.boolean(),
});

export const agents = {
  "agent.spawn": operation({
    summary: "Start a coding agent with a name and a task",
    scope: "workspace",
    right: "agents.spawn",
    http: "POST /agents",
    tool: {
      name: "spawn_agent",
      description:
        "Start another coding agent in this workspace to work beside you. Use it when a part of the work is independent and worth a colleague of its own. " +
        "Give it a short unique name (its address for messages) and a complete task: it sees nothing of your conversation. " +
        "Returns the new agent's record at once; it starts working by itself and you can message it right away. " +
        "If a limit refuses the spawn, the refusal is final: do the work yourself.",
    },
    command: "spawn <name>",
    input: z.object({
      name: AgentName.describe("Unique among live agents; letters, digits, '-', '_', '.'"),
      task: z
        .string()
        .min(1, "Say what the agent shall do.")
        .max(200_000)
        .describe("The complete task, as the agent's first prompt"),
      service: z
        .string()
        .optional()
        .describe(
          "Which coding tool runs it, e.g. claude or codex. Default: the one you run on, or the first there is",
        ),
      cwd: z.string().optional().describe("Folder inside the workspace, relative to it. Default: the workspace folder"),
      model: z.string().max(200).optional().describe("Model name as the tool understands it. Default: the tool's own"),
      autonomy: Autonomy.optional().describe(
        "ask, auto or full; never more than your own. Default: auto, or your own if that is less",
      ),
    }),
    output: Agent,
  }),
  "agent.list": operation({
    summary: "List the agents of the workspace",
    scope: "workspace",
    right: "agents.read",
    http: "GET /agents",
    command: "agents",
    input: z.object({ status: Status.optional().describe("Only agents of this status") }),
    output: z.array(Agent),
  }),
  "agent.past": operation({
    summary: "List agents that ended long ago, beyond those that `agents` lists; the latest first",
    scope: "workspace",
    right: "agents.read",
    http: "GET /agents/past",
    command: "past",
    input: z.object({
      before: z.coerce.number().int().min(1).optional().describe("Go on from here: `next` of the page before"),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    output: z.object({
      /** As they were when they left. */
      agents: z.array(Agent),
      /** Absent when there are no more. */
      next: z.int().optional(),
    }),
  }),
  "agent.peers": operation({
    summary: "List agents as a colleague sees them",
    scope: "workspace",
    right: "agents.read",
    http: "GET /peers",
    tool: {
      name: "list_agents",
      description:
        "See who works in this workspace: each agent's name, service, task, status (spawning, running, done), what it is doing, where, and which files it changed lately. " +
        "Use it before you start, to find who to ask, and to avoid working on the same files. Names are addresses for send_message.",
    },
    input: z.object({}),
    output: z.object({ agents: z.array(Peer) }),
  }),
  "agent.register": operation({
    summary: "Announce yourself and what you work on",
    scope: "workspace",
    right: "agents.announce",
    http: "POST /agents/register",
    tool: {
      name: "register_agent",
      description:
        "Tell the workspace who you are and what you are working on, so that others can find you. Call it once when you begin. " +
        "Agents started by Clustr already have their name; only an agent that joined from elsewhere passes one. Returns your record.",
    },
    input: z.object({
      name: AgentName.optional().describe("Your name, only when you joined from outside and have none yet"),
      working_on: z.string().max(500).optional().describe("One line: what you are working on"),
    }),
    output: Agent,
  }),
  "agent.report": operation({
    summary: "Say what you are doing now",
    scope: "workspace",
    right: "agents.announce",
    http: "POST /agents/report",
    tool: {
      name: "report_status",
      description:
        "Say in one line what you are doing now, for people and agents who watch. Use it when you begin a new part of the work. Returns your record.",
    },
    input: z.object({
      working_on: z
        .string()
        .min(1, "Say what you are doing.")
        .max(500)
        .describe("One line, e.g. 'writing tests for the parser'"),
    }),
    output: Agent,
  }),
  "agent.stop": operation({
    summary: "Stop an agent and every process it started; its record stays",
    scope: "workspace",
    right: "agents.control",
    http: "POST /agents/:name/stop",
    command: "stop <name>",
    input: z.object({
      name: z.string(),
      descendants: z
        .boolean()
        .default(false)
        .describe("With all agents it has spawned, and those they have; none of them can spawn on meanwhile"),
    }),
    output: Agent.extend({
      /** Names of those that were stopped with it. */
      also: z.array(z.string()).optional(),
    }),
  }),
  "agent.restart": operation({
    summary: "Run an agent's task again from the beginning",
    scope: "workspace",
    right: "agents.control",
    http: "POST /agents/:name/restart",
    command: "restart <name>",
    input: z.object({ name: z.string() }),
    output: Agent,
  }),
  "agent.resume": operation({
    summary: "Continue the conversation of an agent that has ended",
    scope: "workspace",
    right: "agents.control",
    http: "POST /agents/:name/resume",
    command: "resume [name]",
    input: z.object({ name: z.string() }),
    output: Agent,
  }),
  "agent.resume_all": operation({
    summary: "Continue every conversation that a crash, a reboot or a shutdown cut short",
    scope: "workspace",
    right: "agents.control",
    http: "POST /agents/resume",
    input: z.object({}),
    output: z.object({
      /** Names, in the order in which they were resumed. */
      resumed: z.array(z.string()),
      /** Those that could not be, with the reason. */
      left: z.array(z.object({ name: z.string(), why: z.string() })),
    }),
  }),
  "agent.interrupt": operation({
    summary: "Stop an agent's turn; it stays and waits for word",
    scope: "workspace",
    right: "agents.control",
    http: "POST /agents/:name/interrupt",
    command: "interrupt <name>",
    input: z.object({ name: z.string() }),
    output: Agent,
  }),
  "agent.explain": operation({
    summary: "Say why an agent has its status: what each source of evidence tells",
    scope: "workspace",
    right: "agents.read",
    http: "GET /agents/:name/explain",
    command: "explain <name>",
    input: z.object({ name: z.string() }),
    output: z.object({
      name: z.string(),
      status: Status,
      sure: z.boolean(),
      since: z.iso.datetime(),
      evidence: z.array(
        z.object({
          /** Where it comes from, e.g. `process`, `hooks`, `app-server`, `title`, `session file`, `screen`. */
          source: z.string(),
          /** What it says, e.g. `working`, `idle`, `waiting for an answer`, `alive`. */
          says: z.string(),
          at: z.iso.datetime().optional(),
          detail: z.string().optional(),
        }),
      ),
    }),
  }),
  "agent.remove": operation({
    summary: "Delete the record of an agent that is done",
    scope: "workspace",
    right: "agents.control",
    http: "DELETE /agents/:name",
    command: "rm <name>",
    input: z.object({ name: z.string() }),
    output: z.object({ removed: z.string() }),
  }),
};
