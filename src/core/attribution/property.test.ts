import fc from "fast-check";
import { expect, test } from "vitest";
import { happenings, Scenario, type Kind } from "../../../test/attribution/scenario.ts";
import { judge, type Verdict } from "../../../test/attribution/verdict.ts";
import { agentAuthor, PERSON } from "./author.ts";

/** Interleavings of each kind; both agents are rolled back in each. CLUSTR_FULL=1 is the run behind the published figures. */
const RUNS = process.env["CLUSTR_FULL"] === "1" ? 5_000 : 300;
const TIMEOUT = process.env["CLUSTR_FULL"] === "1" ? 300_000 : 15_000;

interface Interleaving {
  title: string;
  kind: Kind;
  /** Share of rollbacks with something to do that must be exact. */
  exact?: number;
  /** Share of rollbacks that may be silently wrong. */
  wrong?: number;
}

const distinct = { files: false, shell: true, overlappingCalls: false };
const KINDS: Interleaving[] = [
  { title: "disjoint places in the same files", kind: { ...distinct, disjoint: true }, exact: 0.99 },
  { title: "overlapping edits", kind: { ...distinct, disjoint: false } },
  { title: "create, delete, move, chmod, binary, link", kind: { ...distinct, disjoint: false, files: true } },
  { title: "overlapping shell calls", kind: { ...distinct, disjoint: false, files: true, overlappingCalls: true } },
  {
    title: "exact edits within shell calls of others, disjoint places",
    kind: { disjoint: true, files: false, shell: false, overlappingCalls: true },
  },
  {
    title: "every line one of six texts, disjoint places",
    kind: { ...distinct, disjoint: true, texts: 6 },
    exact: 0.8,
  },
  {
    title: "every line one of six texts, overlapping edits",
    kind: { ...distinct, disjoint: false, texts: 6 },
    wrong: 0.002,
  },
];

test.each(KINDS)(
  "taking back one agent never touches what others wrote: $title",
  { timeout: TIMEOUT },
  async ({ title, kind, exact = 0, wrong = 0 }) => {
    const count = { nothing: 0, exact: 0, conflict: 0, wrong: 0, notUndone: 0 };
    const tally = (verdict: Verdict) => {
      count[verdict.outcome]++;
      if (!verdict.undone) count.notUndone++;
      // Where nothing may go wrong, the first that does is shown in its shortest form.
      if (wrong === 0 && verdict.outcome === "wrong") throw new Error(verdict.details);
      if (!verdict.undone) throw new Error("the undo did not give the folder back");
    };
    await fc.assert(
      fc.asyncProperty(happenings(kind), async (list) => {
        const scenario = new Scenario(kind);
        await scenario.play(list);
        for (const agent of ["A", "B"] as const) tally(await judge(scenario, agent, agent));
        if (kind.disjoint && !kind.overlappingCalls) await bothGone(scenario);
      }),
      { numRuns: RUNS, seed: 20_261_122 },
    );
    const some = count.exact + count.conflict + count.wrong;
    console.log(
      `${title}: ${JSON.stringify(count)} of ${2 * RUNS}, exact ${((100 * count.exact) / some).toFixed(1)} %`,
    );
    expect(some).toBeGreaterThan(RUNS);
    expect(count.wrong).toBeLessThanOrEqual(Math.floor(2 * RUNS * wrong));
    expect(count.exact / some).toBeGreaterThanOrEqual(exact);
  },
);

/** Rolls back both agents, one after the other: what is left is the person's work alone. */
async function bothGone(scenario: Scenario): Promise<void> {
  let conflicts = 0;
  for (const agent of ["A", "B"] as const) {
    const plan = await scenario.engine.plan({ author: agentAuthor(agent) });
    conflicts += (await scenario.engine.apply(plan, `${agent} for good`, PERSON)).left.length;
  }
  if (conflicts === 0) expect(scenario.tree.shown()).toEqual(scenario.without("A", "B").folder);
}
