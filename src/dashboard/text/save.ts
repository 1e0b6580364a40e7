import { useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { Draft } from "./draft.ts";

export interface Saving {
  save: () => void;
  busy: boolean;
  /** Why the last attempt failed. */
  problem: string | undefined;
}

/**
 * Saves a draft over the revision it began with. `write` gets that revision and returns the new one; when somebody else
 * was first it is refused, and the draft is stale as soon as theirs has come.
 */
export function useSaving(draft: Draft, write: (text: string, over: number) => Promise<number>): Saving {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const save = async () => {
    if (busy || !draft.dirty) return;
    setBusy(true);
    setProblem(undefined);
    try {
      draft.saved(await write(draft.text, draft.revision));
    } catch (error) {
      setProblem(toFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  return { save: () => void save(), busy, problem };
}
