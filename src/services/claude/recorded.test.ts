import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { Signal } from "../../core/ports/service.ts";
import { believe } from "../verdict.ts";
import { newBelief, titleWorks, type Belief, type SessionStatus } from "./belief.ts";
import { readComposer } from "./composer.ts";
import { crossCheck } from "./cross-check.ts";
import { witnessesOf } from "./witnesses.ts";
import { readHook } from "./hooks.ts";
import { readMenu } from "./menu.ts";
import { heard, type Step } from "./signals.ts";

// What Claude Code really told and showed, written by `npm run record -- claude`.

/** One sign, in ms since the recording began, or what the script knew to be true from there on. */
type Line = { at: number } & (
  | { hook: Record<string, unknown> }
  | { file: SessionStatus | null }
  | { title: string }
  | { screen: { dialog: boolean } }
  | { truth: string }
);

function linesOf<T>(story: string): T[] {
  const text = readFileSync(new URL(`./recorded/${story}.jsonl`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** Milliseconds a change may take to be known: what sources tell of it comes at their own times. */
const LATE = 1_500;

/** What a stream of signs leads to: the status at each moment it changes, as the core would have it. */
function replay(lines: Line[]): { at: number; status: string }[] {
  let belief: Belief = newBelief(true);
  let failed = false;
  const told: { at: number; status: string }[] = [];
  const take = ({ belief: next, signals }: Step, at: number): void => {
    belief = next;
    for (const signal of signals) failed = failedBy(signal, failed);
    const [dialog] = belief.dialogs;
    const phase = belief.awaits ? "working" : belief.phase;
    const status = dialog ? "waiting" : failed && phase === "idle" ? "failed" : phase;
    if (status !== told.at(-1)?.status) told.push({ at, status });
  };
  /** Looks again whenever age alone may have changed something, as the session does. */
  const pass = (from: number, to: number): void => {
    for (let at = from; at < to;) {
      take(crossCheck(belief, at), at);
      at += Math.max(believe(witnessesOf(belief), at).again ?? 250, 5);
    }
  };
  let now = 0;
  for (const line of lines) {
    pass(now, line.at);
    now = line.at;
    if ("hook" in line) take(heard(belief, readHook(String(line.hook["hook_event_name"]), line.hook), now), now);
    if ("file" in line) belief = { ...belief, file: line.file ?? undefined };
    const working = "title" in line ? titleWorks(line.title) : undefined;
    if (working !== undefined && working !== belief.title?.working)
      belief = { ...belief, title: { working, since: now } };
    if ("screen" in line) belief = { ...belief, screen: { dialog: line.screen.dialog, since: now } };
    take(crossCheck(belief, now), now);
  }
  pass(now, now + 5_000);
  return told;
}

function failedBy({ type }: Signal, before: boolean): boolean {
  if (type === "failed" || type === "turn_failed") return true;
  return type === "working" || type === "idle" ? false : before;
}

const STORIES = [
  ...["turn", "permission", "question", "interrupted", "compacted", "cleared", "failed", "not-logged-in"],
  ...["untold-dialog", "rewound"],
];

test.each(STORIES)("%s: what is believed is what was true", (story) => {
  const lines = linesOf<Line>(story);
  const told = replay(lines);
  const truth = lines.flatMap((line) => ("truth" in line ? [{ at: line.at, is: line.truth }] : []));
  expect(truth.length).toBeGreaterThan(1);
  const end = (lines.at(-1)?.at ?? 0) + 5_000;
  const wrong = truth.flatMap(({ at, is }, index) => {
    const until = truth[index + 1]?.at ?? end;
    // Before the first sign nothing can be known, and what passes sooner than signs come need not be.
    if (is === "starting" || until - at < LATE) return [];
    const status = told.findLast((one) => one.at <= at + LATE)?.status;
    return status === is ? [] : [`${at}: ${is}, believed ${status}`];
  });
  expect(wrong).toEqual([]);
  expect(told.at(-1)?.status).toBe(truth.at(-1)?.is);
});

/** What each kept screen shows, for whoever is about to press a key. */
const SCREENS: Record<string, { composer?: string; rows?: unknown }> = {
  "at rest": { composer: "" },
  interrupted: { composer: "" },
  // Ghost text in the composer is no draft.
  "after a failure": { composer: "" },
  "a draft": { composer: "half a thought" },
  "the slash menu": { composer: "/" },
  "a permission": { rows: expect.arrayContaining(["Yes", "No"]) },
  "a question": { rows: expect.arrayContaining(["Red", "Blue"]) },
  "a question with several answers": { rows: expect.arrayContaining(["[ ] Red", "[ ] Blue"]) },
  "a dialog no hook tells of": { rows: ["No", "Yes"] },
  // Its rows stand apart: the person who opened it is there to read it.
  "the rewind menu": {},
  "the second rewind menu": { rows: expect.arrayContaining(["Restore conversation", "Never mind"]) },
  // It has keys, but no rows: neither to be typed into nor to be answered from here.
  "a dialog without rows": {},
};

test("screens: a composer is told from a dialog, a draft from ghost text, and the rows of each menu are read", () => {
  const screens = linesOf<{ name: string; screen: ScreenState }>("screens");
  expect(screens.map(({ name }) => name).toSorted()).toEqual(Object.keys(SCREENS).toSorted());
  for (const { name, screen } of screens) {
    const { composer, rows } = SCREENS[name] ?? {};
    const state = { ...screen, exact: true };
    expect(readComposer(state)?.text, name).toEqual(composer);
    expect(readMenu(state)?.rows, name).toEqual(rows);
  }
});
