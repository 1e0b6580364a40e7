import { useSyncExternalStore } from "react";
import { hash } from "../agent/hue.ts";
import { keep, kept } from "../live/kept.ts";
import type { ChangedFile } from "./types.ts";

/** How many marks are kept. */
const MOST = 2_000;

let marks = new Set<string>(kept<string[]>("viewed") ?? []);
const listeners = new Set<() => void>();

/** A mark holds for a file as it was: when more of it changes, it is to be looked at again. */
function markOf(agent: string, { path, added, removed, what }: ChangedFile): string {
  return `${agent} ${hash(`${path} ${what} ${added} ${removed}`).toString(36)}`;
}

/** Which files the person has ticked off. Kept in this browser. */
export function useViewed() {
  const now = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => marks,
  );
  return {
    has: (agent: string, file: ChangedFile) => now.has(markOf(agent, file)),
    toggle(agent: string, file: ChangedFile) {
      const mark = markOf(agent, file);
      const next = new Set(now);
      if (!next.delete(mark)) next.add(mark);
      marks = new Set([...next].slice(-MOST));
      keep("viewed", [...marks]);
      for (const changed of listeners) changed();
    },
  };
}
