import { setTimeout as sleep } from "node:timers/promises";
import type { Answer as Given } from "../../src/contract/attention.ts";
import type { Life, Line } from "./life.ts";
import type { Answer } from "./script.ts";

/** What an agent goes through, from rest to rest. The truth is set where the script knows it. */
export type Scenes<T extends Life> = Record<string, (life: T) => Promise<void>>;

/** How the model of a tool asks for things. */
export interface Asks {
  /** Runs a command that needs no permission. */
  shell: (command: string) => Answer;
  /** Wants something that nobody has allowed. */
  wish: () => Answer;
  /** Asks which colour; `blue` is the label of its second option. */
  question: Answer;
  blue: string;
}

export const STREAM = { slow: Array.from({ length: 12 }, () => "word "), gapMs: 80 };
export const DONE: Line = { answer: { text: "Done." }, leaves: "idle" };

/** Asks something, waits a while, then has it answered by `how`; the agent goes on with `more`. */
export async function answered(
  life: Life,
  ask: Answer,
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
export const from =
  (life: Life, given: Given) =>
  async (since: number): Promise<void> => {
    const key = await life.asked(since);
    life.truth.is("working");
    await life.run.session?.answer?.(key, given);
  };

/** Answers by keys in the terminal, on what is seen there. */
export const typed =
  (life: Life, keys: string, words: string, stand: "working" | "idle") => async (): Promise<void> => {
    await life.press(keys, words);
    life.truth.is(stand);
  };

/** Two wishes at once: the first is allowed from Clustr, the second denied. `inTurn`: the tool asks for one after the other. */
export const allowedThenDenied =
  (life: Life, inTurn: boolean) =>
  async (since: number): Promise<void> => {
    const first = await life.asked(since);
    if (inTurn) life.truth.is("held", "working");
    await life.run.session?.answer?.(first, { kind: "allow" });
    const next = await life.run.signal("attention", { since, where: ({ item }) => item.key !== first });
    life.truth.is("held");
    await life.pause();
    life.truth.is("working");
    await life.run.session?.answer?.(next.item.key ?? "", { kind: "deny" });
  };

/** What agents of every tool go through alike. */
export function commonScenes({ shell, wish, question, blue }: Asks) {
  return {
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
      life.run.post(`t-${life.run.signals.length}-x`, "in between");
    },
    async "allowed here"(life) {
      await answered(life, wish(), from(life, { kind: "allow" }), DONE);
    },
    async "denied here"(life) {
      await answered(life, wish(), from(life, { kind: "deny" }), DONE);
    },
    async "question answered here"(life) {
      await answered(life, question, from(life, { kind: "option", index: 1, label: blue }), DONE);
    },
    async "interrupted while it is asked"(life) {
      await answered(life, wish(), async () => {
        life.truth.is("held", "idle");
        await life.run.session?.interrupt?.();
        life.truth.is("idle");
      });
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
      await answered(life, wish(), how, DONE);
    },
  } satisfies Scenes<Life>;
}
