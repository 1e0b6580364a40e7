import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Signal } from "../../core/ports/service.ts";
import { ThreadWatch } from "./thread-watch.ts";
import type { Notice, Question } from "./protocol.ts";
import { Questions } from "./questions.ts";
import { saysOf, saysOfScreen } from "./title.ts";
import { Witnesses } from "./witnesses.ts";

/*
 * What a real Codex told and showed, replayed: `npm run record -- codex` makes these files anew. `truth` is what the script
 * of the model knew; where it names several states, each of them was right.
 */
const FOLDER = new URL("recorded/", import.meta.url);
/** How long a report may lag behind the truth, in ms. */
const LAG_MS = 300;

interface Line {
  at: number;
  thread?: string;
  notice?: Notice;
  question?: Question;
  title?: string;
  screen?: string[];
  truth?: string[];
}

/** What an agent's status is after these signals, in the words of the truth. */
const STANDS: Partial<Record<Signal["type"], string>> = {
  working: "working",
  resolved: "working",
  attention: "held",
  idle: "idle",
  turn_failed: "failed",
};
/** The same in the words of titles and screens. */
const SAYS: Record<string, string> = { working: "working", held: "waiting", idle: "idle", failed: "idle" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".jsonl"));

it("there are recordings", () => expect(files.length).toBeGreaterThan(8));

it.each(files)("%s: the status is the truth, and no source of evidence is doubted", (name) => {
  const text = readFileSync(new URL(name, FOLDER), "utf8").trimEnd();
  const lines = text.split("\n").map((line) => JSON.parse(line) as Line);
  let stand = "idle";
  const doubts: Signal[] = [];
  const signal = (one: Signal): void => void (stand = STANDS[one.type] ?? stand);
  const nothing = (): undefined => undefined;
  const asking = { signal, reply: nothing, held: nothing, explain: async () => {}, letGoOn: async () => {} };
  const link = { policy: nothing, log: nothing, file: async () => "", runDir: "" };
  const questions = new Questions(asking, link);
  const witnesses = new Witnesses((one) => void doubts.push(one));
  const watch: ThreadWatch = new ThreadWatch(
    {
      ...{ signal, shown: nothing, began: nothing, active: nothing, reverted: nothing, item: nothing },
      ...{ turnOver: nothing, trouble: nothing },
      ended: () => false,
      changed: () => witnesses.server(watch.says),
    },
    questions,
  );
  let now = 0;
  let truth: { at: number; is: string[] } = { at: 0, is: ["idle"] };
  const wrong: string[] = [];
  for (const { at, ...line } of lines) {
    vi.advanceTimersByTime(at - now);
    now = at;
    if (at - truth.at > LAG_MS && !truth.is.includes(stand))
      wrong.push(`${at}: ${truth.is.join("/")} reported as ${stand}`);
    if (line.thread !== undefined) watch.follow(line.thread);
    if (line.notice) watch.notice(line.notice);
    if (line.question) watch.question(line.question);
    if (line.title !== undefined) witnesses.title(line.title);
    if (line.screen) witnesses.screen(line.screen.join("\n"));
    if (line.truth) truth = { at, is: line.truth };
    const settled = at - truth.at > LAG_MS && truth.is.length === 1;
    const shown = line.title === undefined ? line.screen && saysOfScreen(line.screen.join("\n")) : saysOf(line.title);
    if (settled && shown !== undefined && shown !== SAYS[truth.is[0] ?? ""])
      wrong.push(`${at}: ${truth.is.join()} shown as ${shown}`);
  }
  expect(truth.is).toEqual([stand]);
  expect(wrong).toEqual([]);
  expect(doubts).toEqual([]);
});
