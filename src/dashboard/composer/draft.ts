import { useCallback, useState } from "react";
import type { Urgency } from "../../contract/message.ts";
import { keep, kept } from "../live/kept.ts";

/** A message that is being written. */
export interface Draft {
  text: string;
  /** Names, or only `all`. Undefined: nobody was chosen, so whoever is on the screen. */
  to?: string[] | undefined;
  /** They were not chosen: they were on the screen when the first letter was typed, and are kept while there is a text. */
  held?: boolean | undefined;
  urgency: Urgency;
}

const NOTHING: Draft = { text: "", urgency: "now" };

/** The draft of a workspace; kept in this browser through reloads and losses of contact. */
export function useDraft(workspace: string): [Draft, (change: Partial<Draft>) => void] {
  const key = `draft.${workspace}`;
  const [draft, setDraft] = useState<Draft>(() => ({ ...NOTHING, ...kept<Draft>(key) }));
  const change = useCallback(
    (news: Partial<Draft>) =>
      setDraft((was) => {
        const next = { ...was, ...news };
        if (next.held && next.text === "") next.to = next.held = undefined;
        keep(key, next.text === "" && next.to === undefined ? undefined : next);
        return next;
      }),
    [key],
  );
  return [draft, change];
}
