import { useEffect, useState } from "react";
import { keep, kept } from "../live/kept.ts";

/** A text that somebody is writing on, and which revision it began with. */
interface Kept {
  text: string;
  revision: number;
}

export interface Draft {
  /** What is in the editor: what was written, else what is saved. */
  text: string;
  /** There is something that is not saved. */
  dirty: boolean;
  /** Somebody else saved another text since this one was begun. */
  stale: boolean;
  /** The revision that saving replaces. */
  revision: number;
  change: (text: string) => void;
  /** It was saved as this revision. What was written in the meantime stays, on top of it. */
  saved: (revision: number) => void;
  /** Goes back to what is saved. */
  drop: () => void;
}

/**
 * What a person writes on a text that others can change too. It stays in this browser until it is saved or dropped, so
 * a reload or a lost connection takes nothing away.
 */
export function useDraft(key: string, saved: { text: string; revision: number }): Draft {
  const [draft, setDraft] = useState(() => kept<Kept>(key));
  // What is saved is what was written: there is nothing of one's own left.
  const same = draft !== undefined && draft.text === saved.text;
  if (same) setDraft(undefined);
  useEffect(() => keep(key, draft), [key, draft]);
  const revision = draft?.revision ?? saved.revision;
  return {
    text: draft?.text ?? saved.text,
    dirty: draft !== undefined && !same,
    stale: draft !== undefined && !same && saved.revision > revision,
    revision,
    change: (text) => setDraft({ text, revision }),
    saved: (now) => setDraft((was) => was && { text: was.text, revision: now }),
    drop: () => setDraft(undefined),
  };
}
