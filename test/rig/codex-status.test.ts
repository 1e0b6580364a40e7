import { expect, it } from "vitest";
import { compare, percentile, randomOf, type Comparison } from "./figures.ts";
import { codexVersion } from "./codex-home.ts";
import { Life } from "./codex-life.ts";
import { SCENES } from "./codex-scenes.ts";

/** Changes of status in one run. The long version takes half an hour. */
const FULL = process.env["CLUSTR_FULL"] === "1";
const CHANGES = FULL ? 500 : 20;
const SEED = Number(process.env["CLUSTR_SEED"] ?? 20_261_123);
/** Scenes of one life; a crash ends it. */
const SCENES_OF_A_LIFE = FULL ? 12 : 4;
/**
 * What the long version must show, in ms after a change. The slice runs on machines that do much else, which slows the tool
 * as well: what it must not show is an error that stays.
 */
const LIMIT_MS = FULL ? 300 : 3_000;
const ONLY = process.env["CLUSTR_SCENE"];

it(
  `what Clustr reports of a Codex agent is what the script knows (seed ${SEED})`,
  async () => {
    const random = randomOf(SEED);
    const found: Comparison[] = [];
    const wrong: string[] = [];
    let names: string[] = [];
    for (let lives = 0; found.reduce((sum, { changes }) => sum + changes, 0) < CHANGES; lives++) {
      await using life = await Life.begin(lives % 2 === 1, random);
      const log: { at: number; scene: string }[] = [];
      for (let scenes = 0; scenes < SCENES_OF_A_LIFE; scenes++) {
        if (names.length === 0) names = shuffled(ONLY ? [ONLY] : Object.keys(SCENES), random);
        const name = names.shift() ?? "";
        log.push({ at: performance.now(), scene: name });
        await life.pause();
        await SCENES[name]?.(life);
        await life.stands("idle");
        await life.pause();
      }
      log.push({ at: performance.now(), scene: "crash" });
      await life.kill(lives % 2 === 0 ? "app-server" : "main");
      const { truth, reported } = life;
      const compared = compare(truth.line, reported.line, reported.doubts);
      const changed = (moment: number): number => truth.line.findLast(({ at }) => at <= moment)?.at ?? 0;
      const result = { ...compared, wrong: compared.wrong.filter(({ at }) => at - changed(at) > LIMIT_MS) };
      found.push(result);
      const scene = (moment: number): string => log.findLast(({ at }) => at <= moment)?.scene ?? "start";
      for (const one of result.wrong)
        wrong.push(`${scene(one.at)}: ${one.truth.join("/")} reported as ${one.reported ?? "nothing"}`);
      for (const [index, ms] of result.noticed.entries())
        if (ms > LIMIT_MS) wrong.push(`change ${index} noticed after ${ms}`);
    }
    const sum = (pick: (one: Comparison) => number): number => found.reduce((total, one) => total + pick(one), 0);
    const noticed = found.flatMap((one) => one.noticed);
    const right = 1 - sum((one) => one.wrong.length) / sum((one) => one.samples);
    const figures = {
      changes: sum((one) => one.changes),
      [`right, later than ${LIMIT_MS} ms after a change`]: `${(100 * right).toFixed(2)} %`,
      "working while asked for over 1 s": sum((one) => one.deaf),
      "noticed p50": `${Math.round(percentile(noticed, 0.5))} ms`,
      "noticed p95": `${Math.round(percentile(noticed, 0.95))} ms`,
      "never noticed": noticed.filter((ms) => ms === Infinity).length,
      unsure: `${((100 * sum((one) => one.unsure)) / sum((one) => one.samples)).toFixed(2)} %`,
    };
    console.log(`${codexVersion()}, status:`, JSON.stringify(figures));
    const tally = Map.groupBy(wrong, (line) => line);
    for (const [line, times] of tally) console.log(`${times.length} × ${line}`);
    expect(right).toBeGreaterThanOrEqual(0.995);
    expect(sum((one) => one.deaf)).toBe(0);
    expect(percentile(noticed, 0.95)).toBeLessThanOrEqual(LIMIT_MS);
  },
  FULL ? 3_600_000 : 240_000,
);

function shuffled<T>(list: T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, by: random() }))
    .toSorted((a, b) => a.by - b.by)
    .map(({ one }) => one);
}
