import { ANY } from "../messages/wanted.ts";
import type { Goal } from "./said.ts";

/** Opens what an entry is about, in its own room. */
export function showGoal(goal: Goal, goTo: (room: string, params: Record<string, string>) => void): void {
  const { room, ...params } = goal;
  // A filter of the feed could hide the message.
  goTo(room, room === "messages" ? { ...ANY, ...params } : params);
}
