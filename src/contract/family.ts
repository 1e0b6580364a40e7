import type { Agent } from "./agent.ts";
import type { View } from "./view.ts";

/**
 * Those of an agent's children, their children and so on that are alive and can be stopped from here, also below one that
 * has ended. What hangs below one whose record was removed is not known any more.
 */
export function liveDescendants(agents: View["agents"], root: string): Agent[] {
  const all = Object.values(agents);
  const family = new Set([root]);
  for (let grown = 0; grown !== family.size;) {
    grown = family.size;
    for (const { id, spawned_by_id } of all) if (family.has(spawned_by_id)) family.add(id);
  }
  return all.filter(({ id, live, external }) => id !== root && family.has(id) && live && !external);
}
