import type { Agent } from "../../contract/agent.ts";
import { shownPath } from "../../contract/files.ts";
import type { Attribution } from "../attribution/attribution.ts";
import { agentAuthor } from "../attribution/author.ts";
import { unknownOf } from "../attribution/search.ts";
import type { FileDiff } from "../attribution/views.ts";
import { endOf, startOf } from "./folder-log.ts";

/** What is kept of diffs that were asked for: paging and counting ask for the same ones again and again. */
const KEPT = 24;

/** How the changes of an agent are looked at: its own, or all of the folder since it started or while it ran. */
export type DiffView = "by" | "since" | "run";

/** Diffs of agents at the newest position of the log; look at the folder first. */
export class Diffs {
  readonly #kept = new Map<string, { position: number; diffs: Promise<FileDiff[]> }>();

  /** Rejects with `not_found` when nothing was followed while the agent ran. */
  async of(engine: Attribution, agent: Pick<Agent, "id" | "run" | "live">, view: DiffView): Promise<FileDiff[]> {
    const position = engine.history.last;
    const key = `${view} ${agent.id} ${view === "run" ? agent.run : ""}`;
    const kept = this.#kept.get(key);
    if (kept?.position === position) return kept.diffs;
    const diffs = diffsOf(engine, agent, view);
    this.#kept.delete(key);
    this.#kept.set(key, { position, diffs });
    diffs.catch(() => this.#kept.delete(key));
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value ?? "");
    return diffs;
  }
}

function diffsOf(engine: Attribution, agent: Pick<Agent, "id" | "run" | "live">, view: DiffView): Promise<FileDiff[]> {
  if (view === "by") return engine.changesBy(agentAuthor(agent.id));
  if (view === "since") return engine.changesBetween(startOf({ id: agent.id, run: 1 }));
  return engine.changesBetween(startOf(agent), agent.live ? undefined : endOf(agent));
}

/** Positions of changes of unknown author, by the file they are in. */
export function unknownByPath(engine: Attribution): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { seq, change } of unknownOf(engine.history))
    found.set(change.path, [...(found.get(change.path) ?? []), seq]);
  return found;
}

export function totalOf(diffs: readonly FileDiff[]) {
  return {
    files: diffs.length,
    added: diffs.reduce((sum, { added }) => sum + added, 0),
    removed: diffs.reduce((sum, { removed }) => sum + removed, 0),
    conflicts: diffs.filter(({ conflict }) => conflict !== undefined).length,
  };
}

/** The files of one page, by path. */
export function pageOf(
  diffs: readonly FileDiff[],
  { file, after, limit }: { file?: string | undefined; after?: string | undefined; limit: number },
): { page: FileDiff[]; next: string | undefined } {
  const named = diffs.map((diff) => ({ diff, path: shownPath(diff.path) }));
  const wanted = named
    .filter(
      ({ path, diff }) =>
        file === undefined || path === file || (diff.from !== undefined && shownPath(diff.from) === file),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .filter(({ path }) => after === undefined || path > after);
  const page = wanted.slice(0, limit);
  return { page: page.map(({ diff }) => diff), next: wanted.length > limit ? page.at(-1)?.path : undefined };
}
