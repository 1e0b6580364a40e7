import { it } from "vitest";
import { ClaudeLife } from "./claude-life.ts";
import { SCENES } from "./claude-scenes.ts";
import { at as saidAt } from "./stands.ts";
import { expectTrueStatus, STATUS_TIMEOUT_MS } from "./status-figures.ts";

const SEED = Number(process.env["CLUSTR_SEED"] ?? 20_261_122);

it(
  `what Clustr reports of a Claude Code agent is what the script knows (seed ${SEED})`,
  { timeout: STATUS_TIMEOUT_MS },
  async () => {
    await expectTrueStatus<ClaudeLife>({
      name: "claude",
      seed: SEED,
      scenes: SCENES,
      changes: { full: 500, slice: 15 },
      scenesOfLife: { full: 12, slice: 5 },
      begin: (_life, random) => ClaudeLife.begin(random),
      crash: (life) => life.kill(),
      deaf: deafOf,
    });
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
