import { z } from "zod";
import { AnswerKind, Attention } from "../agent.ts";
import { operation } from "../operation.ts";

/** A week: what is put aside for longer is forgotten, and its agent with it. */
const MOST_MINUTES = 10_080;

/** An answer that was given. */
const Handled = z.object({
  id: z.string(),
  /** Name of the agent that asked, as it was then. */
  agent: z.string(),
  kind: Attention.shape.kind,
  title: z.string(),
  /** The beginning of what it was about. */
  detail: z.string().optional(),
  /** Address of who answered. */
  by: z.string(),
  at: z.iso.datetime(),
  answer: AnswerKind,
  /** The options that were chosen, the person's own words, or why not. */
  words: z.string().optional(),
  /** Why the answer had no effect; the item was then open again. */
  problem: z.string().optional(),
});

export const attention = {
  "attention.list": operation({
    summary: "List what only a person can resolve, oldest first",
    scope: "workspace",
    right: "attention.read",
    http: "GET /attention",
    command: "attention",
    input: z.object({}),
    output: z.array(Attention),
  }),
  "attention.answer": operation({
    summary: "Answer an attention item: allow, always, deny, the number of an option, or text",
    scope: "workspace",
    right: "attention.answer",
    http: "POST /attention/:id/answer",
    command: "answer <id> <answer>",
    input: z.object({
      id: z.string().max(100),
      answer: z
        .string()
        .min(1, "Say allow, always, deny, the number of an option (several as 1,3), or a text.")
        .max(20_000),
      reason: z.string().max(2000).optional().describe("Why, for the model; only with deny"),
      digest: z.string().max(100).optional().describe("Only if the item still has this digest"),
    }),
    output: z.object({ id: z.string(), agent: z.string(), answer: z.string() }),
  }),
  "attention.snooze": operation({
    summary: "Put an attention item aside for some minutes, or until something new of its agent",
    scope: "workspace",
    right: "attention.answer",
    http: "POST /attention/:id/snooze",
    command: "snooze <id>",
    input: z.object({
      id: z.string().max(100),
      minutes: z
        .int()
        .min(1)
        .max(MOST_MINUTES)
        .optional()
        .describe("How long; without it until the agent asks anew, writes, or changes its status"),
    }),
    output: Attention,
  }),
  "attention.wake": operation({
    summary: "Bring an attention item that was put aside back at once",
    scope: "workspace",
    right: "attention.answer",
    http: "POST /attention/:id/wake",
    command: "wake <id>",
    input: z.object({ id: z.string().max(100) }),
    output: Attention,
  }),
  "attention.handled": operation({
    summary: "List what was answered lately: by whom, when, and how; the latest last",
    scope: "workspace",
    right: "attention.read",
    http: "GET /attention/handled",
    command: "handled",
    input: z.object({ limit: z.coerce.number().int().min(1).max(50).default(50) }),
    output: z.array(Handled),
  }),
};
