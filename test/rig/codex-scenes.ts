import { setTimeout as sleep } from "node:timers/promises";
import type { Answer as Given } from "../../src/contract/attention.ts";
import type { Life, Line } from "./codex-life.ts";

const ESCAPE = "\u001b";
const BUSY = "esc to interrupt";
const DIALOG = "Would you like to";

export const shell = (cmd: string, more: object = {}) => ({
  call: "exec_command",
  args: { cmd, yield_time_ms: 10_000, ...more },
});
export const wish = (cmd: string) => shell(cmd, { sandbox_permissions: "require_escalated", justification: "it must" });
export const STREAM = { slow: Array.from({ length: 12 }, () => "word "), gapMs: 80 };
const DONE: Line = { answer: { text: "Done." }, leaves: "idle" };
export const QUESTION = {
  call: "request_user_input",
  args: {
    questions: [
      {
        ...{ id: "q", header: "Colour", question: "Which colour?" },
        options: [
          { label: "red", description: "the warm one" },
          { label: "blue", description: "the cold one" },
        ],
      },
    ],
  },
};
const FORM = {
  call: "mcp__forms__ask",
  args: { schema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] } },
};

/** Asks something, waits a while, then has it answered by `how`; the agent goes on with `more`. */
async function answered(
  life: Life,
  ask: Line["answer"],
  how: (since: number) => Promise<void>,
  ...more: Line[]
): Promise<void> {
  const since = life.run.signals.length;
  life.says({ answer: ask, leaves: "held" }, ...more);
  await life.prompt();
  await life.stands("held");
  if (life.chance(0.3)) await sleep(1_000);
  await life.pause();
  await how(since);
}

/** Answers from Clustr. */
const from =
  (life: Life, given: Given) =>
  async (since: number): Promise<void> => {
    const key = await life.asked(since);
    life.truth.is("working");
    await life.run.session?.answer?.(key, given);
  };

/** What an agent goes through, from rest to rest. The truth is set where the script knows it. */
export const SCENES: Record<string, (life: Life) => Promise<void>> = {
  async answer(life) {
    life.says(DONE);
    await life.prompt();
  },
  async streaming(life) {
    life.says({ answer: STREAM, leaves: "idle" });
    await life.prompt();
  },
  async tool(life) {
    life.says({ answer: shell("sleep 0.7"), leaves: "working" }, DONE);
    await life.prompt();
  },
  async "message in the turn"(life) {
    life.says({ answer: shell("sleep 0.7"), leaves: "working" }, { answer: STREAM, leaves: "idle" });
    await life.prompt();
    await sleep(700);
    life.run.post(`${life.run.signals.length}-t`, "in between");
  },
  async "work in the background"(life) {
    life.says({ answer: shell("sleep 2.5", { yield_time_ms: 250 }), leaves: "working" }, DONE);
    await life.prompt();
    await life.stands("idle");
    await sleep(2_000);
  },
  async "allowed here"(life) {
    await answered(life, wish("sleep 0.5"), from(life, { kind: "allow" }), DONE);
  },
  async "denied here"(life) {
    await answered(life, wish("sleep 0.5"), from(life, { kind: "deny" }), DONE);
  },
  async "allowed in the terminal"(life) {
    const how = async (): Promise<void> => {
      await life.press("y", DIALOG);
      life.truth.is("working");
    };
    await answered(life, wish("sleep 0.5"), how, DONE);
  },
  async "refused in the terminal"(life) {
    await answered(life, wish("sleep 0.5"), async () => {
      await life.press(ESCAPE, DIALOG);
      life.truth.is("idle");
    });
  },
  async "two wishes"(life) {
    const calls = [wish("sleep 0.4"), wish("sleep 0.5")];
    const how = async (since: number): Promise<void> => {
      const first = await life.asked(since);
      // Classic tools ask for both at once, a script for one after the other.
      if (life.code) life.truth.is("held", "working");
      await life.run.session?.answer?.(first, { kind: "allow" });
      const next = await life.run.signal("attention", { since, where: ({ item }) => item.key !== first });
      life.truth.is("held");
      await life.pause();
      life.truth.is("working");
      await life.run.session?.answer?.(next.item.key ?? "", { kind: "deny" });
    };
    await answered(life, { calls }, how, DONE);
  },
  async "question answered here"(life) {
    await answered(life, QUESTION, from(life, { kind: "option", index: 1, label: "blue" }), DONE);
  },
  async "question answered in the terminal"(life) {
    const how = async (): Promise<void> => {
      await life.press("\r", "Which colour?");
      life.truth.is("working");
    };
    await answered(life, QUESTION, how, DONE);
  },
  async form(life) {
    await answered(life, FORM, from(life, { kind: "text", text: "Ada" }), DONE);
  },
  async "interrupted here"(life) {
    life.says(life.chance(0.5) ? { answer: STREAM, leaves: "idle" } : { answer: shell("sleep 20"), leaves: "working" });
    await life.prompt();
    await life.pause();
    await life.pause();
    life.truth.is("working", "idle");
    await life.run.session?.interrupt?.();
    life.truth.is("idle");
  },
  async "interrupted in the terminal"(life) {
    life.says({ answer: shell("sleep 20"), leaves: "working" });
    await life.prompt();
    await life.pause();
    await life.pause();
    await life.press(ESCAPE, BUSY);
    life.truth.is("idle");
  },
  async "interrupted while it is asked"(life) {
    await answered(life, wish("sleep 0.5"), async () => {
      life.truth.is("held", "idle");
      await life.run.session?.interrupt?.();
      life.truth.is("idle");
    });
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
  async "a cut connection"(life) {
    life.says({ answer: { drop: true }, leaves: "working" }, DONE);
    await life.prompt();
  },
  async "server restarted while it works"(life) {
    const back = Promise.withResolvers<void>();
    life.says({ ...DONE, after: back.promise });
    await life.prompt();
    await life.restart();
    await life.pause();
    back.resolve();
  },
  async "server restarted while it asks"(life) {
    const how = async (since: number): Promise<void> => {
      await life.restart();
      await life.pause();
      await from(life, { kind: "allow" })(since);
    };
    await answered(life, wish("sleep 0.5"), how, DONE);
  },
};
