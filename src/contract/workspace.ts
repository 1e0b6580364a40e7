import { z } from "zod";

/** One project folder that is open, or was. The id is made from the real path: the same folder is the same workspace. */
export const Workspace = z.object({
  id: z.string(),
  name: z.string(),
  /** Real path of the project folder. */
  path: z.string(),
});
export type Workspace = z.infer<typeof Workspace>;

/** What a person chose for one workspace. */
export const Settings = z.object({
  auto_resume: z
    .enum(["on", "off"])
    .describe("Whether conversations that a crash, a reboot or a shutdown cut short are continued unasked"),
  shell_calls: z
    .enum(["together", "in_turn"])
    .describe("Whether shell commands of several agents may run at once: in turn, it is certain who changed what"),
});
export type Settings = z.infer<typeof Settings>;

/** Settings that stop runaways; each is checked when something is asked for, and the refusal names it. */
export const Limits = z.object({
  live_agents: z.int().min(1).max(200),
  spawn_depth: z.int().min(0).max(10),
  spawns_per_minute: z.int().min(1).max(600),
  messages_per_minute: z.int().min(1).max(6000),
  unread_messages: z.int().min(1).max(10_000),
  /** Messages that may answer one another in quick succession, in a pair or a ring, before the person is asked. */
  exchange_length: z.int().min(2).max(1000),
});
export type Limits = z.infer<typeof Limits>;

/** Until a person sets others. */
export const DEFAULT_LIMITS: Limits = {
  live_agents: 12,
  spawn_depth: 2,
  spawns_per_minute: 10,
  messages_per_minute: 60,
  unread_messages: 1000,
  exchange_length: 24,
};
