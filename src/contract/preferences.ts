import { z } from "zod";

/** Commands whose keys may be chosen. */
export const MOST_KEYS = 200;

const width = z.int().min(0).max(4000);

/** How the window of one workspace is arranged. */
export const WindowChoice = z.object({
  /** Widths of the panels beside the work, in pixels; 0: put away. */
  left: width.optional(),
  right: width.optional(),
  /** How many terminals are beside each other, as the address says it, e.g. `4`. */
  grid: z
    .string()
    .regex(/^\d[a-z]?$/)
    .optional(),
  /** Id of the room at the side. */
  side: z
    .string()
    .regex(/^[a-z][\w-]{0,39}$/)
    .optional(),
});
export type WindowChoice = z.infer<typeof WindowChoice>;

/** `noun.verb`. */
const Command = z.string().regex(/^[a-z][\w-]{0,39}\.[a-z][\w-]{0,39}$/);
/** Keys as commands write them, e.g. `mod+k` or `g i`; empty: none at all. */
const Keys = z.string().max(40);

const Theme = z.enum(["system", "dark", "light"]);

/** What the person prefers, in every browser: kept by the server. What they never chose is not there. */
export const Preferences = z.object({
  theme: Theme.optional(),
  /** Whether keys without a modifier act. */
  letters: z.boolean().optional(),
  /** Keys the person chose, by the command's id. */
  keys: z.record(Command, Keys),
  /** By the workspace's id. */
  windows: z.record(z.string(), WindowChoice),
});
export type Preferences = z.infer<typeof Preferences>;

/** A change of preferences: what is not named stays. */
export const PreferencesChange = z.strictObject({
  theme: Theme.optional().describe("Colours of the page"),
  letters: z.boolean().optional().describe("Keys without a modifier act; with --no-letters they do not"),
  /** Null gives a command its usual keys back. */
  keys: z
    .record(Command, Keys.nullable())
    .refine((keys) => Object.keys(keys).length <= MOST_KEYS, `At most ${MOST_KEYS} commands.`)
    .optional()
    .describe('By command, e.g. {"agent.spawn": "ctrl+n"}; null: the usual ones again'),
  window: WindowChoice.extend({
    workspace: z.string().regex(/^[a-z0-9][\w.-]{0,99}$/i, "The id of a workspace."),
  })
    .optional()
    .describe("How the window of a workspace is arranged"),
});
export type PreferencesChange = z.infer<typeof PreferencesChange>;
