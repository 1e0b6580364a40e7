import { agentAuthor, PERSON } from "../../src/core/attribution/author.ts";
import type { Scenario } from "./scenario.ts";

/** What became of rolling back one agent. */
export interface Verdict {
  outcome: "nothing" | "exact" | "conflict" | "wrong";
  undone: boolean;
  details: string;
}

/** Rolls an agent back, compares with the truth, and takes the rollback back again. */
export async function judge(scenario: Scenario, agent: "A" | "B", id: string): Promise<Verdict> {
  const { engine, tree } = scenario;
  const was = tree.shown();
  const plan = await engine.plan({ author: agentAuthor(agent) });
  const applied = await engine.apply(plan, id, PERSON);
  const now = tree.shown();
  const { folder: truth, clashes } = scenario.without(agent);
  const conflicts = plan.files.filter(({ conflict }) => conflict);
  const unsaid = new Set(conflicts.flatMap(({ path, file }) => [path, ...scenario.homesWithout(file, agent)]));
  const wrong: string[] = [];
  for (const path of new Set([...Object.keys(truth), ...Object.keys(now)])) {
    if (unsaid.has(path)) continue;
    if (now[path] !== truth[path] || clashes.has(path))
      wrong.push(
        `${path}: was ${JSON.stringify(was[path])}, is ${JSON.stringify(now[path])}, should be ${JSON.stringify(truth[path])}`,
      );
  }
  for (const { path, change } of conflicts)
    if (change.before && now[path] !== was[path]) wrong.push(`${path}: a conflict was touched`);
  if (applied.left.length !== conflicts.length) wrong.push(`left ${JSON.stringify(applied.left)}`);
  const undone = await takeBack(scenario, id, applied.done.length, was);
  const outcome =
    wrong.length > 0 ? "wrong" : conflicts.length > 0 ? "conflict" : applied.done.length > 0 ? "exact" : "nothing";
  return { outcome, undone, details: wrong.join("\n") };
}

async function takeBack(
  { engine, tree }: Scenario,
  id: string,
  count: number,
  was: Record<string, string>,
): Promise<boolean> {
  if (count === 0) return true;
  const plan = await engine.planUndo(id);
  await engine.apply(plan, `${id} undone`, PERSON);
  return JSON.stringify(tree.shown()) === JSON.stringify(was);
}
