import { parseArgs } from "node:util";
import { checkEnded, checkRunning } from "./invariants.ts";
import { kinds, schedule, type Kind } from "./kind.ts";
import { Random } from "./random.ts";
import { summarise, table, type Result } from "./report.ts";
import { NotRun, PROGRAMS, World } from "./world.ts";

/*
 * npm run faults -- [--runs N] [--seed S] [--only KIND,…] [--json] [--list] [--sources]
 *
 * Breaks a real Clustr in many ways while clients use it, and checks from outside that every promise held. Run i has the
 * seed S + i, so any run can be repeated alone. The last line says `N passed, N failed`.
 */

/** A run that has not ended by then has hung. */
const RUN_MS = 180_000;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "25" },
    seed: { type: "string", default: `${Math.floor(Math.random() * 1_000_000)}` },
    only: { type: "string" },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    sources: { type: "boolean", default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const all = await kinds();
  const wanted = options.only?.split(",");
  const strange = wanted?.find((name) => !all.some((kind) => kind.name === name));
  const runs = numberOf(options.runs);
  const seed = numberOf(options.seed);
  if (strange !== undefined || runs === undefined || seed === undefined) {
    const what = strange === undefined ? "--runs and --seed take whole numbers." : `There is no kind "${strange}".`;
    process.stderr.write(`${what} Kinds: ${all.map(({ name }) => name).join(", ")}\n`);
    return 2;
  }
  const chosen = all.filter(({ name }) => wanted?.includes(name) ?? true);
  if (options.list) {
    for (const { name, share = 1 } of chosen) console.log(`${name}  ${share}`);
    return 0;
  }
  say(`${runs} runs, seed ${seed}`);
  const results: Result[] = [];
  for (const [i, kind] of schedule(chosen, runs).entries()) {
    const result = await runOne(kind, seed + i);
    results.push(result);
    tell(result, `${i + 1}/${runs}`);
  }
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  const notRun = results.filter((result) => result.notRun !== undefined).length;
  say(`\n${table(results)}\n`);
  if (options.json) console.log(JSON.stringify({ seed, results, summary: summarise("all", results) }, undefined, 2));
  say(`${runs - failed - notRun} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ""}`);
  return failed > 0 || notRun === runs ? 1 : 0;
}

async function runOne(kind: Kind, seed: number): Promise<Result> {
  const began = performance.now();
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(new Error(`It did not end within ${RUN_MS / 1000} s.`)), RUN_MS);
  const world = await World.make(options.sources ? PROGRAMS.sources : PROGRAMS.built, stop.signal);
  const { figures, violations, notes } = world;
  let notRun: string | undefined;
  const phase = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await Promise.race([work(), whenAborted(stop.signal)]);
    } catch (error) {
      if (error instanceof NotRun) notRun = error.message;
      else world.violate(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  };
  await phase("run", () => kind.run(world, new Random(seed), stop.signal));
  if (notRun === undefined && world.started) await phase("check", () => checkRunning(world));
  await phase("end", () => world.end());
  if (notRun === undefined && world.started) await phase("check", () => checkEnded(world));
  await phase("end", () => world.tidy());
  clearTimeout(late);
  stop.abort(new Error("The run is over."));
  if (violations.length === 0) await world.forget();
  else say(`  kept: ${world.folder}`);
  const ms = Math.round(performance.now() - began);
  return { kind: kind.name, seed, ms, figures, violations, notes, ...(notRun === undefined ? {} : { notRun }) };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function tell({ kind, seed, ms, figures, violations, notes, notRun }: Result, place: string): void {
  const { faults, acknowledged, unknown } = figures;
  const verdict = notRun === undefined ? (violations.length === 0 ? "held" : "VIOLATED") : `not run: ${notRun}`;
  const counted = `${faults} faults, ${acknowledged} acknowledged, ${unknown} unknown`;
  say(`${place}  ${kind}  seed ${seed}  ${counted}  ${(ms / 1000).toFixed(1)} s  ${verdict}`);
  for (const note of notes) say(`    ${note}`);
  for (const { invariant, what } of violations.slice(0, 10)) say(`    ${invariant}  ${what}`);
  if (violations.length > 0) say(`    again: npm run faults -- --only ${kind} --seed ${seed} --runs 1`);
}

/** For people; with --json, standard output is for the machine. */
function say(line: string): void {
  (options.json ? process.stderr : process.stdout).write(`${line}\n`);
}

function numberOf(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
