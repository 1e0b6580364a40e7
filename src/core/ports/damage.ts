import { hasCode } from "../../contract/error.ts";

/** What is wrong with a ledger, when that is what an error says; its `details` then have `file` and `damage`. */
export function damageIn(error: unknown): string | undefined {
  if (!hasCode(error, "unavailable")) return undefined;
  const { damage } = (error.details ?? {}) as { damage?: unknown };
  return typeof damage === "string" ? damage : undefined;
}

/** What became of a damaged ledger. Counts are of events. */
export interface Repaired {
  /** What was wrong; absent: nothing was, and nothing was done. */
  damage?: string;
  /** What the ledger holds now. */
  events: number;
  /** How many of them were read out of the damaged file, beyond the copy. */
  salvaged: number;
  /** Acknowledged, and in no file any more; at least so many. */
  lost: number;
  /** Folder with the damaged files, as they were found. */
  aside?: string;
}
