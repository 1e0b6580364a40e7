/*
 * Measures the message feed of the dashboard in real Chromium, over a real server: 50,000 messages (or another number) are
 * looked back through page by page, then scrolled through in both directions, slowly and in leaps. What counts is the
 * time the page's main thread computed in one go, in time of the processor: a frame cannot come before that is over, and
 * other work on the machine does not change it. How long frames really took is printed beside it, for a quiet machine.
 */
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { person } from "../../src/core/caller.ts";
import { openStage } from "../browser/stage.ts";
import { benchArguments, quantile, Report } from "./rig/report.ts";

const { count, json } = benchArguments(50_000);
const ROUNDS = 5;
/** Messages of all lengths, some with code, as agents write them. */
const TEXTS = [
  "Done.",
  "I take src/cart/**; please leave `cart.total()` alone until I am done with it.",
  `The tests fail in three places:\n${"- a line about one of them\n".repeat(6)}`,
  "Look:\n```ts\nexport function total(items: Item[]): number {\n  return 0;\n}\n```\nand https://example.org/a",
  `${"A long explanation of what was tried and why it did not work out. ".repeat(14)}`,
];

/** Runs in the page: collects how long frames took until `frames.stop()`. */
const FRAMES = `window.frames_ = []; window.watching = true; {
  let last;
  const next = (now) => { if (last !== undefined) frames_.push(now - last); last = now; if (watching) requestAnimationFrame(next); };
  requestAnimationFrame(next);
}`;

interface Trace {
  traceEvents: { name: string; pid: number; tid: number; tdur?: number; args?: { name?: string } }[];
}

/** Milliseconds of each frame while something is done, and processor time of each task of the page's main thread. */
async function watch(page: Page, run: () => Promise<unknown>): Promise<{ frames: number[]; tasks: number[] }> {
  const browser = page.context().browser();
  if (!browser) throw new Error("The page has no browser.");
  await page.evaluate(FRAMES);
  await browser.startTracing(page, { categories: ["toplevel"] });
  await run();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString("utf8")) as Trace;
  const frames = await page.evaluate<number[]>("watching = false, frames_");
  const mains = traceEvents.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const tasks = traceEvents.flatMap(({ pid, tid, tdur }) =>
    tdur !== undefined && mains.some((main) => main.pid === pid && main.tid === tid) ? [tdur / 1000] : [],
  );
  if (tasks.length === 0) throw new Error("Chromium told no task of the page.");
  return { frames, tasks };
}

/** Scrolls to the beginning again and again, until nothing older is left. */
const TO_THE_BEGINNING = `new Promise((done) => {
  const box = document.querySelector(".feed");
  const step = () => {
    box.scrollTop = 0;
    if (box.textContent.includes("number 0 ")) done(); else requestAnimationFrame(step);
  };
  step();
})`;

/** Scrolls by so many pixels in each frame. */
const scroll = (pixels: number, steps: number) => `new Promise((done) => {
  const box = document.querySelector(".feed");
  let left = ${steps};
  const step = () => {
    box.scrollTop += ${pixels};
    if (--left > 0) requestAnimationFrame(step); else done();
  };
  step();
})`;

/** Messages of one writer; a person may let an agent send 6,000 a minute. */
const WRITES = 5_000;

await using stage = await openStage();
const { home } = stage;
const ask = (operation: Parameters<typeof home.core.invoke>[0], input: object, caller = person) =>
  home.core.invoke(operation, input, caller, {
    ...{ workspace: home.workspace.id, requestId: randomUUID() },
  });
await ask("limits.set", { messages_per_minute: 6_000 });
/** Several write: each has a limit of its own. */
const writers = await Promise.all(
  Array.from({ length: Math.ceil(count / WRITES) }, async (_, at) => {
    const name = `ada-${at}`;
    const { id } = await home.agent(name);
    return { ...person, actor: { kind: "agent" as const, id, name } };
  }),
);
for (let at = 0; at < count; at++) {
  const content = `number ${at} ${TEXTS[at % TEXTS.length] ?? ""}`;
  await ask("message.send", { to: "human", content }, writers[at % writers.length]);
}

const report = new Report(`The feed with ${count} messages`);
const page = await stage.visit(`/w/${home.workspace.id}/messages`);
await page.getByRole("article").first().waitFor();
const still = await watch(page, () => page.waitForTimeout(2_000));
report.add({ name: "worst frame with nothing going on", unit: "ms", values: [quantile(still.frames, 1)] });
const began = performance.now();
const back = await watch(page, () => page.evaluate(TO_THE_BEGINNING));
report.add({ name: "looking back through all of them", unit: "ms", values: [performance.now() - began] });
report.add({ name: "longest task, looking back", unit: "ms", values: [quantile(back.tasks, 1)], most: 50 });
report.add({ name: "worst frame, looking back", unit: "ms", values: [quantile(back.frames, 1)] });

const ways = [
  { name: "down, 120 px a frame", pixels: 120, steps: 200 },
  { name: "down, a screen a frame", pixels: 800, steps: 100 },
  { name: "down, in leaps of 50 screens", pixels: 40_000, steps: 20 },
  { name: "up, a screen a frame", pixels: -800, steps: 100 },
  { name: "up, 120 px a frame", pixels: -120, steps: 200 },
];
for (const { name, pixels, steps } of ways) {
  const rounds: { frames: number[]; tasks: number[] }[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(await watch(page, () => page.evaluate(scroll(pixels, steps))));
  const worst = (of: "frames" | "tasks") => rounds.map((round) => quantile(round[of], 1));
  report.add({ name: `longest task, ${name}`, unit: "ms", values: worst("tasks"), most: 50 });
  report.add({ name: `worst frame, ${name}`, unit: "ms", values: worst("frames") });
}
const elements = await page.evaluate<number>(`document.querySelectorAll(".feed *").length`);
process.stderr.write(`${elements} elements in the feed\n`);
const heap = await page.evaluate<number>("performance.memory.usedJSHeapSize");
report.add({ name: "JavaScript memory of the page", unit: "MB", values: [heap / 1e6], most: 150 });
report.end(json);
