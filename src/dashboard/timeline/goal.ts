import type { Goal } from "./entries.ts";

/** Opens what an entry is about, in its own room. */
export function showGoal(goal: Goal, goTo: (room: string, params: Record<string, string>) => void): void {
  const { room, ...params } = goal;
  goTo(room, params);
}
