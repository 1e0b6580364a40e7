import type { ChangedFile, Conflict, What } from "./types.ts";

/** Why something is left as it is, in two words and in a sentence, and what a person can do. */
export const CONFLICTS: Record<Conflict, { short: string; why: string; way: string }> = {
  changed_since: {
    short: "changed since",
    why: "Somebody changed these lines, or lines next to them, afterwards.",
    way: "Take back the other hunks one by one, roll back the later change first, or edit the file by hand.",
  },
  unknown_author: {
    short: "author unknown",
    why: "It is not known whose these changes are: two were at work at once.",
    way: "Say whose they are; then they are taken back with the rest, or stay.",
  },
  created_then_changed: {
    short: "changed since",
    why: "Others have changed this file since it was created.",
    way: "Delete it by hand if nobody needs it, or leave it.",
  },
  path_taken: {
    short: "name taken",
    why: "Another file is now where this one would have to be.",
    way: "Move the other file out of the way, then try again.",
  },
  not_mergeable: {
    short: "cannot be merged",
    why: "It is not text that can be merged by line.",
    way: "Restore it from a snapshot, or edit it by hand.",
  },
  changed_meanwhile: {
    short: "changed meanwhile",
    why: "Somebody changed it at that very moment.",
    way: "Look at the changes again and try once more.",
  },
  not_written: {
    short: "not written",
    why: "It could not be written, and is as it was.",
    way: "Look whether the disk is full or its folder may not be written to, then try once more.",
  },
};

/** What happened to a file: a letter for its row, a word for those who cannot see it. */
export const WHAT: Record<What, { letter: string; word: string }> = {
  created: { letter: "A", word: "created" },
  changed: { letter: "M", word: "changed" },
  deleted: { letter: "D", word: "deleted" },
  moved: { letter: "R", word: "moved" },
};

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a file without lines is, instead of them. */
export function instead({ kind, mode, what }: ChangedFile): string | undefined {
  if (kind === "binary") return `A binary file was ${WHAT[what].word}; it can only be taken back whole.`;
  if (kind === "link") return `A link was ${WHAT[what].word}.`;
  if (mode) return `Only its mode changed, from ${mode.before} to ${mode.now}.`;
  if (what === "moved") return "It was moved; its lines are the same.";
  return what === "created" ? "An empty file was created." : undefined;
}
