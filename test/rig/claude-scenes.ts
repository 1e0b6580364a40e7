import { expect } from "vitest";
import type { ClaudeLife } from "./claude-life.ts";
import { ask, bash, COLOUR } from "./claude-tools.ts";
import { allowedThenDenied, answered, commonScenes, DONE, STREAM, typed, type Scenes } from "./scenes.ts";

const ESCAPE = "\u001b";
const BUSY = "esc to interrupt";
const DIALOG = "Do you want to proceed?";
const SHOWN = { timeout: 10_000, interval: 10 };

/** A command nobody allowed, another one each time: it is asked for. */
let wishes = 0;
const wish = () => bash(`touch wished-${++wishes}; sleep 0.5`);
const QUESTION = ask(COLOUR);

/** Runs until it is stopped; resolves when it does. */
async function busy(life: ClaudeLife): Promise<void> {
  life.says(
    life.chance(0.5)
      ? { answer: { slow: STREAM.slow.flatMap((word) => [word, word, word]), gapMs: 150 }, leaves: "idle" }
      : { answer: bash("sleep 20"), leaves: "working" },
  );
  await life.prompt();
  await life.pause();
  await life.pause();
}

/** What an agent on Claude Code goes through. */
export const SCENES: Scenes<ClaudeLife> = {
  ...commonScenes({ shell: bash, wish, question: QUESTION, blue: "Blue" }),
  async "a shell in the background"(life) {
    life.says({ answer: bash("sleep 2.5", { run_in_background: true }), leaves: "working" }, DONE);
    await life.prompt();
    await life.stands("idle");
    // When it ends, the tool wakes its model to tell it.
    life.says(DONE);
    life.truth.is("idle", "working");
    await life.model.until((request) => request.index > 0 && life.model.left === 0);
  },
  async "allowed in the terminal"(life) {
    await answered(life, wish(), typed(life, "1", DIALOG, "working"), DONE);
  },
  async "refused in the terminal"(life) {
    await answered(life, wish(), typed(life, ESCAPE, DIALOG, "idle"));
  },
  async "two wishes"(life) {
    await answered(life, { calls: [wish(), wish()] }, allowedThenDenied(life, true), DONE);
  },
  async "question answered in the terminal"(life) {
    await answered(life, QUESTION, typed(life, "1", "Which colour?", "working"), DONE);
  },
  async "question closed in the terminal"(life) {
    await answered(life, QUESTION, typed(life, ESCAPE, "Which colour?", "idle"));
  },
  async "interrupted here"(life) {
    await busy(life);
    life.truth.is("working", "idle");
    await life.run.session?.interrupt?.();
    life.truth.is("idle");
  },
  async "interrupted in the terminal"(life) {
    await busy(life);
    await life.press(ESCAPE, BUSY);
    life.truth.is("idle");
  },
  async "a new conversation"(life) {
    const since = life.run.signals.length;
    // The tool itself shows work while it clears.
    life.truth.is("idle", "working");
    await life.command("/clear");
    await life.run.signal("forgot", { since });
    life.truth.is("idle");
  },
  async compaction(life) {
    // Something to sum up.
    life.says(DONE);
    await life.prompt();
    await life.stands("idle");
    await life.pause();
    life.truth.is("idle", "working");
    const hooks = life.run.gate.hooks.length;
    await life.command("/compact");
    await life.stands("working");
    await expect.poll(() => life.run.gate.hooks.slice(hooks).map(({ name }) => name), SHOWN).toContain("PostCompact");
    life.truth.is("idle");
  },
  async "the slash menu and a draft"(life) {
    life.run.type("/");
    await life.sees("/branch");
    await life.pause();
    life.run.type("\u0015half a thought");
    await life.pause();
    await life.pause();
    life.run.type("\u0015");
  },
  async "refused by the API"(life) {
    const [error, message] = life.chance(0.5) ? ([403, "not for you"] as const) : ([413, "too much"] as const);
    life.says({ answer: { error, message }, leaves: "failed" });
    await life.prompt();
    await life.stands("failed");
    await life.pause();
    life.says(DONE);
    await life.prompt();
  },
  async "an overloaded API"(life) {
    life.says({ answer: { error: 529, message: "overloaded" }, leaves: "working" }, DONE);
    await life.prompt();
  },
};
