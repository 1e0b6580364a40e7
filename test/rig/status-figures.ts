import { loadavg } from "node:os";
import { expect } from "vitest";
import { compare, percentile, randomOf, type Comparison } from "./figures.ts";
import type { Life } from "./life.ts";
import type { Scenes } from "./scenes.ts";

const FULL = process.env["CLUSTR_FULL"] === "1";
/** Only these scenes, with commas between. */
const ONLY = process.env["CLUSTR_SCENE"]?.split(",");
/**
 * What the long version must show, in ms after a change. The slice runs on machines that do much else, which slows the tool
 * as well: what it must not show is an error that stays.
 */
const LIMIT_MS = FULL ? 300 : 3_000;
/** The long version takes a quarter to half an hour. */
export const STATUS_TIMEOUT_MS = FULL ? 3_600_000 : 240_000;

interface Plan<T extends Life> {
  /** What the figures are printed under. */
  name: string;
  seed: number;
  scenes: Scenes<T>;
  /** Changes of status in one run, at least. */
  changes: { full: number; slice: number };
  /** Scenes of one life; a crash ends it. */
  scenesOfLife: { full: number; slice: number };
  begin: (life: number, random: () => number) => Promise<T & AsyncDisposable>;
  crash: (life: T, index: number) => Promise<void>;
  /** Samples that said "working" for over a second while a person was asked; by default as the script knows it. */
  deaf?: (life: T) => number;
}

/** Takes agents through life after life, and expects that what Clustr reported of them is what the script knows. */
export async function expectTrueStatus<T extends Life>(plan: Plan<T>): Promise<void> {
  const random = randomOf(plan.seed);
  const size = FULL ? "full" : "slice";
  const found: Comparison[] = [];
  const wrong: string[] = [];
  let names: string[] = [];
  for (let index = 0; sumOf(found, "changes") < plan.changes[size]; index++) {
    await using life = await plan.begin(index, random);
    const log: { at: number; scene: string }[] = [];
    for (let scenes = 0; scenes < plan.scenesOfLife[size]; scenes++) {
      if (names.length === 0) names = shuffled(ONLY ?? Object.keys(plan.scenes), random);
      const name = names.shift() ?? "";
      log.push({ at: performance.now(), scene: name });
      await life.pause();
      await plan.scenes[name]?.(life);
      await life.stands("idle");
      await life.pause();
    }
    log.push({ at: performance.now(), scene: "crash" });
    await plan.crash(life, index);
    const result = comparison(life, plan.deaf?.(life));
    found.push(result);
    const scene = (moment: number): string => log.findLast(({ at }) => at <= moment)?.scene ?? "start";
    for (const one of result.wrong)
      wrong.push(`${scene(one.at)}: ${one.truth.join("/")} reported as ${one.reported ?? "nothing"}`);
    for (const [change, ms] of result.noticed.entries())
      if (ms > LIMIT_MS) wrong.push(`change ${change} noticed after ${Math.round(ms)}`);
  }
  const noticed = found.flatMap((one) => one.noticed);
  const samples = sumOf(found, "samples");
  const right = 1 - found.reduce((total, one) => total + one.wrong.length, 0) / samples;
  const figures = {
    changes: sumOf(found, "changes"),
    [`right, later than ${LIMIT_MS} ms after a change`]: `${(100 * right).toFixed(2)} %`,
    "working while asked for over 1 s": sumOf(found, "deaf"),
    "noticed p50": `${Math.round(percentile(noticed, 0.5))} ms`,
    "noticed p95": `${Math.round(percentile(noticed, 0.95))} ms`,
    "never noticed": noticed.filter((ms) => ms === Infinity).length,
    unsure: `${((100 * sumOf(found, "unsure")) / samples).toFixed(2)} %`,
    "load of the machine": loadavg()[0]?.toFixed(1),
  };
  console.log(`${plan.name}, status:`, JSON.stringify(figures));
  const tally = Map.groupBy(wrong, (line) => line);
  for (const [line, times] of tally) console.log(`${times.length} × ${line}`);
  expect(right).toBeGreaterThanOrEqual(0.995);
  expect(sumOf(found, "deaf")).toBe(0);
  expect(percentile(noticed, 0.95)).toBeLessThanOrEqual(LIMIT_MS);
}

/** One life, without what was wrong for no longer than the limit. */
function comparison({ truth, reported }: Life, deaf: number | undefined): Comparison {
  const compared = compare(truth.line, reported.line, reported.doubts);
  const changed = (moment: number): number => truth.line.findLast(({ at }) => at <= moment)?.at ?? 0;
  const wrong = compared.wrong.filter(({ at }) => at - changed(at) > LIMIT_MS);
  return { ...compared, deaf: deaf ?? compared.deaf, wrong };
}

function sumOf(found: Comparison[], what: "changes" | "samples" | "deaf" | "unsure"): number {
  return found.reduce((total, one) => total + one[what], 0);
}

function shuffled<T>(list: T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
