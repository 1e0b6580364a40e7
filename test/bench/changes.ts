/*
 * Measures the list of what each agent changed, on a generated repository of 30,000 files unless another number is given.
 * Twelve agents have edited 100 to 1,000 files each, some of them twice, some together with the next one. Then one file
 * changes at a time, and the list of all agents is asked for again, in turns with planning every file of every agent anew.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { Attribution } from "../../src/core/attribution/attribution.ts";
import { agentAuthor } from "../../src/core/attribution/author.ts";
import { planRollback } from "../../src/core/attribution/plan.ts";
import { diffOfPlanned } from "../../src/core/attribution/views.ts";
import { Diffs, totalOf } from "../../src/core/changes/diffs.ts";
import { Project } from "../git/project.ts";
import { benchArguments, quantile, Report, timed } from "./rig/report.ts";

const ROUNDS = 9;
const AGENTS = Array.from({ length: 12 }, (_, at) => ({ id: `ag-${at}`, files: 100 + Math.round((at * 900) / 11) }));

const { count: wanted, json } = benchArguments(30_000);
/** Fewer, and there would be too few for all agents. */
const count = Math.max(10_000, wanted);
const report = new Report(`Changes of ${AGENTS.length} agents in ${count} files`);
const project = new Project();
const name = (i: number) => `pkg${i % 60}/src/mod${i % 6_000}/file${i % count}.ts`;
/** The lines each agent has written into a file, by its index: each writes near another place. */
const written = new Map<number, Map<number, string>>();

function text(i: number): string {
  const own = written.get(i);
  const line = (at: number) =>
    (own?.get(at) ?? `export const value${at} = ${i * 41 + at};\n`) + (at % 10 === 9 ? "\n" : "");
  return Array.from({ length: 60 }, (_, at) => line(at)).join("");
}

function edit(i: number, agent: number, edition: number): void {
  const own = written.get(i) ?? new Map<number, string>();
  own.set((agent % 6) * 9 + 2, `export const edited = "by ${agent}, ${edition}";\n`);
  written.set(i, own);
  writeFileSync(project.path(name(i)), text(i));
}

try {
  for (let i = 0; i < count; i++) {
    mkdirSync(project.path(`pkg${i % 60}/src/mod${i % 6_000}`), { recursive: true });
    writeFileSync(project.path(name(i)), text(i));
  }
  project.init().commit();
  const snapshots = await project.snapshots();
  const { id } = await snapshots.take("first");
  const { tree, blobs } = snapshots;
  const engine = new Attribution({ tree, blobs, record: async () => {}, files: await snapshots.files(id) });
  await engine.start();

  let first = 0;
  for (const [at, agent] of AGENTS.entries()) {
    for (const edition of [0, 1]) {
      const call = `shell ${at} ${edition}`;
      await engine.open({ call, agent: agent.id });
      for (let i = 0; i < agent.files; i++) if (i % (edition + 1) === 0) edit(first + i, at, edition);
      await engine.close(call);
    }
    // A fifth of its files is also the next one's.
    first += Math.round(agent.files * 0.8);
  }

  const diffs = new Diffs();
  const listed = async () => {
    const totals = [];
    for (const agent of AGENTS)
      totals.push(totalOf(await diffs.of(engine, { id: agent.id, run: 1, live: true }, "by")));
    return JSON.stringify(totals);
  };
  const anew = async () => {
    const totals = [];
    for (const agent of AGENTS) {
      const present = [...engine.files().keys()];
      const plan = await planRollback(engine.history, blobs, { author: agentAuthor(agent.id) }, present);
      totals.push(totalOf(await Promise.all(plan.files.map((file) => diffOfPlanned(file, blobs)))));
    }
    return JSON.stringify(totals);
  };

  report.add({ name: "the list for the first time", unit: "ms", values: [await timed(listed)] });
  const looks: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const agent = round % AGENTS.length;
    const i = 40 * round;
    const call = `edit ${round}`;
    await engine.open({ call, agent: AGENTS[agent]?.id ?? "", paths: [name(i)] });
    edit(i, agent, 2 + round);
    await engine.close(call);
    looks.push(await timed(() => engine.look()));
    const lists: string[] = [];
    const both = [
      async () => ours.push(await timed(async () => lists.push(await listed()))),
      async () => theirs.push(await timed(async () => lists.push(await anew()))),
    ];
    for (const one of round % 2 === 0 ? both : both.reverse()) await one();
    if (lists[0] !== lists[1]) throw new Error(`The lists differ: ${lists.join("\n")}`);
  }
  report.add({ name: "looking at the folder before", unit: "ms", values: looks });
  report.paired("the list after one change", ours, { name: "every file planned anew", values: theirs }, 0.2);
  report.add({ name: "the same, slowest", unit: "ms", values: [quantile(ours, 1)] });
  report.end(json);
} finally {
  await project.remove();
}
