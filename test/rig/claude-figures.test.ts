import { loadavg } from "node:os";
import { expect, it } from "vitest";
import { ClaudeLife } from "./claude-life.ts";
import { SCENES } from "./claude-scenes.ts";
import { at as saidAt } from "./stands.ts";
import { compare, percentile, randomOf, type Comparison } from "./figures.ts";

/** Changes of status in one run. The long version takes a quarter of an hour. */
const FULL = process.env["CLUSTR_FULL"] === "1";
const CHANGES = FULL ? 500 : 15;
const SEED = Number(process.env["CLUSTR_SEED"] ?? 20_261_122);
/** Scenes of one life; a crash ends it. */
const SCENES_OF_A_LIFE = FULL ? 12 : 5;
const ONLY = process.env["CLUSTR_SCENE"];
/**
 * What the long version must show, in ms after a change. The slice runs on machines that do much else, which slows the tool
 * as well: what it must not show is an error that stays.
 */
const LIMITS = FULL ? { late: 300, noticed: 300 } : { late: 3_000, noticed: 3_000 };

it(
  `what Clustr reports of a Claude Code agent is what the script knows (seed ${SEED})`,
  { timeout: FULL ? 3_600_000 : 240_000 },
  async () => {
    const random = randomOf(SEED);
    const found: Comparison[] = [];
    const wrong: string[] = [];
    let names: string[] = [];
    for (; found.reduce((sum, { changes }) => sum + changes, 0) < CHANGES;) {
      await using life = await ClaudeLife.begin(random);
      const log: { at: number; scene: string }[] = [];
      for (let scenes = 0; scenes < SCENES_OF_A_LIFE; scenes++) {
        if (names.length === 0) names = shuffled(ONLY ? ONLY.split(",") : Object.keys(SCENES), random);
        const name = names.shift() ?? "";
        log.push({ at: performance.now(), scene: name });
        await life.pause();
        await SCENES[name]?.(life);
        await life.stands("idle");
        await life.pause();
      }
      log.push({ at: performance.now(), scene: "crash" });
      await life.kill();
      const { truth, reported } = life;
      const compared = compare(truth.line, reported.line, reported.doubts);
      const changed = (moment: number): number => truth.line.findLast(({ at }) => at <= moment)?.at ?? 0;
      const result = {
        ...compared,
        deaf: deafOf(life),
        wrong: compared.wrong.filter(({ at }) => at - changed(at) > LIMITS.late),
      };
      found.push(result);
      const scene = (moment: number): string => log.findLast(({ at }) => at <= moment)?.scene ?? "start";
      for (const one of result.wrong)
        wrong.push(`${scene(one.at)}: ${one.truth.join("/")} reported as ${one.reported ?? "nothing"}`);
      for (const [index, ms] of result.noticed.entries())
        if (ms > LIMITS.noticed) wrong.push(`change ${index} noticed after ${Math.round(ms)}`);
    }
    const sum = (pick: (one: Comparison) => number): number => found.reduce((total, one) => total + pick(one), 0);
    const noticed = found.flatMap((one) => one.noticed);
    const right = 1 - sum((one) => one.wrong.length) / sum((one) => one.samples);
    const figures = {
      changes: sum((one) => one.changes),
      [`right, later than ${LIMITS.late} ms after a change`]: `${(100 * right).toFixed(2)} %`,
      "working while asked for over 1 s": sum((one) => one.deaf),
      "noticed p50": `${Math.round(percentile(noticed, 0.5))} ms`,
      "noticed p95": `${Math.round(percentile(noticed, 0.95))} ms`,
      "never noticed": noticed.filter((ms) => ms === Infinity).length,
      unsure: `${((100 * sum((one) => one.unsure)) / sum((one) => one.samples)).toFixed(2)} %`,
      "load of the machine": loadavg()[0]?.toFixed(1),
    };
    console.log("claude, status:", JSON.stringify(figures));
    const tally = Map.groupBy(wrong, (line) => line);
    for (const [line, times] of tally) console.log(`${times.length} × ${line}`);
    expect(right).toBeGreaterThanOrEqual(0.995);
    expect(sum((one) => one.deaf)).toBe(0);
    expect(percentile(noticed, 0.95)).toBeLessThanOrEqual(LIMITS.noticed);
  },
);

/** Samples, 5 ms apart, that said "working" while the tool had been asking the person for over a second. */
function deafOf({ truth, reported, run }: ClaudeLife): number {
  const asks = run.gate.hooks.filter(({ name }) => name === "PermissionRequest").map(({ at }) => at);
  let count = 0;
  for (const [index, { at: from, is }] of truth.line.entries()) {
    const to = truth.line[index + 1]?.at ?? from;
    // The script knows a moment before the tool asks.
    const asked = asks.findLast((at) => at < to) ?? to;
    if (is.join() !== "held") continue;
    for (let moment = Math.max(from, asked) + 1_000; moment < to; moment += 5)
      if (saidAt(reported.line, moment) === "working") count += 1;
  }
  return count;
}

function shuffled<T>(list: T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
