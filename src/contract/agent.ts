import { z } from "zod";
import { nameProblem } from "./name.ts";

/** A name an agent may have; refused with the reason (contract/name.ts). */
export const AgentName = z.string().check((ctx) => {
  const problem = nameProblem(ctx.value);
  if (problem) ctx.issues.push({ code: "custom", message: problem, input: ctx.value });
});

/** From request to first prompt accepted; then working or held; then over (see `Outcome`). */
export const Status = z.enum(["spawning", "running", "done"]);
export type Status = z.infer<typeof Status>;

/**
 * How an agent came to be `done`: `finished` (its turn ended, the process is still there and a message wakes it),
 * `stopped` (by a person or agent), `failed` (could not start, crashed, API failure), `lost` (its host vanished).
 */
export const Outcome = z.enum(["finished", "stopped", "failed", "lost"]);
export type Outcome = z.infer<typeof Outcome>;

/** What an agent may do unasked. `ask` < `auto` < `full`; a child never has more than its parent. */
export const Autonomy = z.enum(["ask", "auto", "full"]);
export type Autonomy = z.infer<typeof Autonomy>;

/** A way to answer an attention item: yes, yes for the rest of this agent's run, no, one of its options, own words. */
export const AnswerKind = z.enum(["allow", "always", "deny", "option", "text"]);
export type AnswerKind = z.infer<typeof AnswerKind>;

/** Something only a person can resolve. */
export const Attention = z.object({
  id: z.string(),
  /** Name of the agent it holds. */
  agent: z.string(),
  kind: z.enum(["permission", "question", "failure"]),
  title: z.string(),
  /** The exact command, diff or question. */
  detail: z.string().optional(),
  options: z.array(z.object({ label: z.string(), description: z.string().optional() })),
  /** Several of its options may be chosen together. */
  several: z.boolean().optional(),
  /** How it can be answered from here; none: only in the agent's terminal. */
  answers: z.array(AnswerKind),
  since: z.iso.datetime(),
  /** Of kind, title, detail and options: an answer that carries it cannot hit anything else. */
  digest: z.string(),
  /** The service's own name for it; there when it can be answered from here. */
  key: z.string().optional(),
  /** An answer was given and is being carried out. */
  answered: z.boolean().optional(),
  /** Why the last answer had no effect. */
  problem: z.string().optional(),
  /** Put aside by a person until this time, or until something new is heard of its agent; absent: it waits for them. */
  snoozed: z.union([z.iso.datetime(), z.literal("news")]).optional(),
});
export type Attention = z.infer<typeof Attention>;

/** One named run of a coding tool. Times are ISO 8601 in UTC. */
export const Agent = z.object({
  id: z.string(),
  name: AgentName,
  service: z.string(),
  task: z.string(),
  /** Absolute folder the agent works in; always inside the workspace. */
  cwd: z.string(),
  model: z.string().optional(),
  autonomy: Autonomy,
  /** Address of who asked for it: `human` or an agent's name. */
  spawned_by: z.string(),
  spawned_by_id: z.string(),
  /** 0 for agents spawned by a person, parent + 1 otherwise. */
  depth: z.int(),
  /** Started outside Clustr and joined with a token: no terminal, no stop. */
  external: z.boolean(),
  /** Counts starts: 1 at spawn, +1 with every restart. Names the terminal `<id>.<run>`. */
  run: z.int(),
  status: Status,
  /** False when sources of evidence disagree: the last believed status then stands. */
  sure: z.boolean(),
  outcome: Outcome.optional(),
  /** Why it failed or was lost, and what to do. */
  reason: z.string().optional(),
  /** What its tool was seen doing last, from evidence. */
  activity: z.string().optional(),
  /** What it says it is working on, in its own words. */
  working_on: z.string().optional(),
  attention: Attention.optional(),
  /** The tool's own conversation id, once known. */
  session: z.string().optional(),
  /** This run continues an earlier conversation instead of beginning with the task. */
  resumed: z.boolean().optional(),
  /** This run has accepted its first prompt, or opened the conversation it continues. */
  begun: z.boolean().optional(),
  /** How often in a row it was resumed unasked, and when last. */
  revived: z.object({ times: z.int(), at: z.iso.datetime() }).optional(),
  /** Somebody asked for its end and it is being carried out. */
  stopping: z.boolean().optional(),
  /** Address of who asked for the end of this run: `human`, or `system` when the server itself was ended with all agents. */
  stopped_by: z.string().optional(),
  /** Whether the process behind it is believed alive. A `finished` agent usually still is. */
  live: z.boolean(),
  /** Paths it changed lately, relative to the workspace; the newest last. */
  files: z.array(z.string()).optional(),
  /** Id of the snapshot taken before its present run. */
  snapshot: z.string().optional(),
  /** Revision of the rules it has been given or has read. */
  rules_revision: z.int(),
  spawned_at: z.iso.datetime(),
  status_at: z.iso.datetime(),
});
export type Agent = z.infer<typeof Agent>;
