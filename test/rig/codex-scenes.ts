import { setTimeout as sleep } from "node:timers/promises";
import type { CodexLife } from "./codex-life.ts";
import { ask, COLOUR, escalated, shell } from "./codex-tools.ts";
import { allowedThenDenied, answered, commonScenes, DONE, from, STREAM, typed, type Scenes } from "./scenes.ts";

const ESCAPE = "\u001b";
const BUSY = "esc to interrupt";
const DIALOG = "Would you like to";

/** A command that is waited for. */
export const patient = (cmd: string) => shell(cmd, { yield_time_ms: 10_000 });
export const QUESTION = ask(COLOUR);
const FORM = {
  call: "mcp__forms__ask",
  args: { schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
};

/** What an agent on Codex goes through. */
export const SCENES: Scenes<CodexLife> = {
  ...commonScenes({ shell: patient, wish: () => escalated("sleep 0.5"), question: QUESTION, blue: "blue" }),
  async "work in the background"(life) {
    life.says({ answer: shell("sleep 2.5", { yield_time_ms: 250 }), leaves: "working" }, DONE);
    await life.prompt();
    await life.stands("idle");
    await sleep(2_000);
  },
  async "allowed in the terminal"(life) {
    await answered(life, escalated("sleep 0.5"), typed(life, "y", DIALOG, "working"), DONE);
  },
  async "refused in the terminal"(life) {
    await answered(life, escalated("sleep 0.5"), typed(life, ESCAPE, DIALOG, "idle"));
  },
  async "two wishes"(life) {
    const calls = [escalated("sleep 0.4"), escalated("sleep 0.5")];
    // Classic tools ask for both at once, a script for one after the other.
    await answered(life, { calls }, allowedThenDenied(life, life.code), DONE);
  },
  async "question answered in the terminal"(life) {
    await answered(life, QUESTION, typed(life, "\r", "Which colour?", "working"), DONE);
  },
  async form(life) {
    await answered(life, FORM, from(life, { kind: "text", text: "Ada" }), DONE);
  },
  async "interrupted here"(life) {
    life.says(
      life.chance(0.5) ? { answer: STREAM, leaves: "idle" } : { answer: patient("sleep 20"), leaves: "working" },
    );
    await life.prompt();
    await life.pause();
    await life.pause();
    life.truth.is("working", "idle");
    await life.run.session?.interrupt?.();
    life.truth.is("idle");
  },
  async "interrupted in the terminal"(life) {
    life.says({ answer: patient("sleep 20"), leaves: "working" });
    await life.prompt();
    await life.pause();
    await life.pause();
    await life.press(ESCAPE, BUSY);
    life.truth.is("idle");
  },
  async "a new conversation"(life) {
    await life.command("/new");
    await life.run.signal("forgot", { since: life.run.signals.length });
  },
  async compaction(life) {
    life.says({ ...DONE, leaves: ["working", "idle"] });
    life.truth.is("idle", "working");
    await life.command("/compact");
    await life.stands("working");
    await life.sees("Compacting context");
    await life.until(async () => !(await life.run.shows()).includes("Compacting context"), "for the end of compaction");
    life.truth.is("idle");
  },
  async "refused by the API"(life) {
    life.says({
      answer: { error: life.chance(0.5) ? 400 : 429, message: "the scripted model is ill" },
      leaves: "failed",
    });
    await life.prompt();
    await life.stands("failed");
    await life.pause();
    life.says(DONE);
    await life.prompt();
  },
};
