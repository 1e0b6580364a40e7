import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { kinds, schedule } from "./kind.ts";
import { summarise, table, type Result } from "./report.ts";
import { runOnce } from "./run.ts";
import { PROGRAMS } from "./world.ts";

/*
 * npm run faults -- [--runs N] [--jobs N] [--minutes M] [--seed S] [--only KIND,…] [--json] [--list] [--sources] [--report FILE]
 *
 * Breaks a real Clustr in many ways while clients use it, and checks from outside that every promise held. Run i has the
 * seed S + i, so any run can be repeated alone. None begins after M minutes. The last line says `N passed, N failed`;
 * --report writes that for a program.
 */

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "25" },
    seed: { type: "string", default: `${Math.floor(Math.random() * 1_000_000)}` },
    only: { type: "string" },
    jobs: { type: "string", default: "1" },
    minutes: { type: "string", default: "1000" },
    json: { type: "boolean", default: false },
    report: { type: "string" },
    list: { type: "boolean", default: false },
    sources: { type: "boolean", default: false },
  },
});

/** Whoever interrupts gets the run under way ended, with everything it has started, and a report of those before. */
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => interrupted.abort(new Error("It was interrupted.")));

process.exitCode = await main();

async function main(): Promise<number> {
  const all = await kinds();
  const wanted = options.only?.split(",");
  const strange = wanted?.find((name) => !all.some((kind) => kind.name === name));
  const runs = numberOf(options.runs);
  const seed = numberOf(options.seed);
  const jobs = numberOf(options.jobs);
  const minutes = numberOf(options.minutes);
  if (
    strange !== undefined ||
    runs === undefined ||
    seed === undefined ||
    jobs === undefined ||
    minutes === undefined
  ) {
    const what =
      strange === undefined
        ? "--runs, --seed, --jobs and --minutes take whole numbers."
        : `There is no kind "${strange}".`;
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
  const program = options.sources ? PROGRAMS.sources : PROGRAMS.built;
  const end = performance.now() + minutes * 60_000;
  const due = schedule(chosen, runs).entries();
  const work = async (): Promise<void> => {
    for (const [i, kind] of due) {
      if (interrupted.signal.aborted || performance.now() > end) return;
      const result = await runOnce(kind, seed + i, program, interrupted.signal);
      if (interrupted.signal.aborted)
        return say(`interrupted: ${kind.name}, seed ${seed + i}, ${result.kept ?? "nothing is kept"}`);
      if (result.kept !== undefined) say(`  kept: ${result.kept}`);
      results.push(result);
      tell(result, `${results.length}/${runs}`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, work));
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  const notRun = results.filter((result) => result.notRun !== undefined).length;
  say(`\n${table(results)}\n`);
  if (options.json) console.log(JSON.stringify({ seed, results, summary: summarise("all", results) }, undefined, 2));
  const passed = results.length - failed - notRun;
  if (results.length < runs) say(`${results.length} of ${runs} runs were made.`);
  if (options.report !== undefined)
    await writeFile(options.report, JSON.stringify({ passed, failed, not_run: notRun }));
  say(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} not run` : ""}`);
  return failed > 0 || passed === 0 ? 1 : 0;
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
