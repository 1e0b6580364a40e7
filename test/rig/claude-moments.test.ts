import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test, vi } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages, until, type ClaudeStage } from "./claude-stage.ts";
import { ask, bash, COLOUR } from "./claude-tools.ts";
import { randomOf } from "./figures.ts";
import { shareOf, spread } from "./ladders.ts";
import { textOf, type ModelRequest, type Step } from "./script.ts";

const stage = claudeStages();

/** Scenes an agent plays; the long version is a command of its own. */
const SCENES = process.env.CLUSTR_FULL === "1" ? 42 : 7;
/** Longest pause before a message, in milliseconds: scenes last about as long. */
const MOMENT = 900;

const slow: Step = { slow: Array.from({ length: 12 }, (_, at) => `word${at} `), gapMs: 90 };
/** Words with which the tool asks its model for the summary of a conversation. */
const SUMMARY = "Respond with TEXT ONLY";
/** The tool as its own model is asked: a summary is no turn, and its text reaches no conversation. */
const ofConversation = (request: ModelRequest): boolean =>
  !request.messages.slice(-4).some(({ text }) => text.includes(SUMMARY));

/** What became of one message: in which scene it was posted, by what it travelled, and after how many ms a request carried it. */
interface Passage {
  scene: string;
  channel: string;
  ms: number;
  /** How the agent stood then, as Clustr saw it. */
  stood: string;
  /** Of those posted at work: whether the request after the very next tool call or end of turn carried it. */
  next: boolean | undefined;
}
const passages: Passage[] = [];

/** One agent, and messages to it at moments nobody chose. */
class Play {
  readonly #the: ClaudeStage;
  readonly #random: () => number;
  readonly ids: string[] = [];
  readonly #posted = new Map<string, { scene: string; at: number; stood: string }>();
  readonly scenes: string[] = [];

  constructor(the: ClaudeStage, seed: number) {
    this.#the = the;
    this.#random = randomOf(seed);
  }

  post(): void {
    const id = `m-${this.ids.length}-x`;
    const alone = this.ids.every((one) => this.#seen.has(one));
    this.ids.push(id);
    const last = this.#the.run.signals.findLast(({ type }) => /^(working|attention|idle|resolved)$/.test(type));
    this.#posted.set(id, {
      scene: this.scenes.at(-1) ?? "end",
      at: performance.now(),
      // An agent with a message on its way is about to begin.
      stood: last?.type === "idle" && !alone ? "about to begin" : (last?.type ?? "idle"),
    });
    this.#the.run.post(id, `[message ${id} from bob] 1\ny\n/exit`, this.#random() < 0.3);
  }

  /** Posts after a random pause. */
  async later(): Promise<void> {
    await sleep(this.#random() * MOMENT);
    this.post();
  }

  /** What became of each message. */
  passages(): Passage[] {
    const { run, model } = this.#the;
    const turns = model.turns.filter(ofConversation);
    const boundaries = run.gate.hooks.filter(({ name }) => name === "PostToolBatch" || name === "Stop");
    return [...this.#posted].flatMap(([id, { scene, at, stood }]) => {
      const carried = turns.find((request) => textOf(request).includes(`[message ${id} from`));
      if (carried === undefined) return [];
      const channel = run.handed.find((one) => one.id === id)?.channel ?? "unknown";
      const boundary = boundaries.find((hook) => hook.at > at)?.at ?? Infinity;
      const first = turns.find((request) => request.at > boundary);
      const next = stood === "working" ? carried.at <= (first?.at ?? Infinity) : undefined;
      return [{ scene, channel, ms: carried.at - at, stood, next }];
    });
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  get #seen(): Set<string> {
    return new Set(this.#the.run.signals.flatMap((signal) => (signal.type === "seen" ? signal.messages : [])));
  }

  async settled(): Promise<void> {
    const { run } = this.#the;
    const rests = (): boolean =>
      run.signals.findLast(({ type }) => /^(working|attention|idle|turn_failed)$/.test(type))?.type === "idle";
    await until(async () => rests() && this.ids.every((id) => this.#seen.has(id)), 40_000).catch(
      async (error: unknown) => {
        const lost = this.ids.filter((id) => !this.#seen.has(id));
        throw new Error(`${this.scenes.join(" ")}: not seen: ${lost.join(" ")}. ${await run.story()}`, {
          cause: error,
        });
      },
    );
  }

  /** The item that is open now. */
  async asked(): Promise<string> {
    const { item } = await this.#the.run.signal("attention", { since: this.#since });
    return item.key ?? "";
  }

  async #shows(words: string): Promise<void> {
    const { run } = this.#the;
    await until(async () => (await run.shows()).includes(words)).catch(async (error: unknown) => {
      throw new Error(`${this.scenes.join(" ")}: "${words}" does not show. ${await run.story()}`, { cause: error });
    });
  }

  #since = 0;

  async scene(name: (typeof NAMES)[number]): Promise<void> {
    const { run, model } = this.#the;
    this.scenes.push(name);
    this.#since = run.signals.length;
    const tool = bash(`true ${this.scenes.length}; sleep 0.${this.pick([1, 4, 7])}`);
    const forbidden = `forbidden-${this.scenes.length}`;
    const steps: Record<typeof name, Step[]> = {
      idle: [{ text: "Yes." }],
      streaming: [slow],
      tool: [tool, tool, { text: "Did it." }],
      permission: [bash(`touch ${forbidden}`), { text: "Well." }],
      question: [ask(COLOUR), { text: "Well." }],
      draft: [{ text: "Yes." }],
      esc: [tool, slow],
      interrupted: [tool, slow],
      restarted: [tool, slow],
      "slash menu": [{ text: "Yes." }],
      compacting: [],
    };
    model.append(...steps[name]);
    const draft = `half a thought ${this.scenes.length}`;
    if (name === "draft") {
      run.type(draft);
      await this.#shows(draft);
    }
    if (name === "slash menu") {
      run.type("/");
      await this.#shows("/branch");
    }
    if (name === "compacting") {
      run.type("/compact");
      await this.#shows("❯\u00a0/compact");
      await sleep(500);
      run.type("\r");
      await sleep(this.#random() * MOMENT);
    }
    this.post();
    const posts = [this.later(), this.later()];
    if (name === "permission" || name === "question") {
      const key = await this.asked();
      await Promise.all(posts);
      // The tool holds a dialog back while it saw keys a moment ago.
      const words = name === "permission" ? "Do you want" : "Which colour?";
      await until(async () => (await run.shows()).includes(words));
      await sleep(400);
      expect(await run.shows()).toContain(words);
      if (name === "question") await run.session?.answer?.(key, { kind: "option", index: 1, label: "Blue" });
      else await run.session?.answer?.(key, { kind: "deny" });
      expect(run.made(forbidden)).toBe(false);
    }
    if (name === "esc" || name === "interrupted") {
      await run.signal("working", { since: this.#since });
      await sleep(this.#random() * MOMENT);
      // A person presses it on what they see: work.
      if (name === "interrupted") await run.session?.interrupt?.();
      else if ((await run.shows()).includes("esc to interrupt")) run.type("\x1b");
    }
    if (name === "restarted") {
      await sleep(this.#random() * MOMENT);
      run.drop();
      await sleep(this.#random() * 300);
      await run.start(claude);
      await run.flush();
    }
    await Promise.all(posts);
    await this.settled();
    if (name === "draft") {
      expect(await run.shows()).toContain(`❯\u00a0${draft}`);
      run.type("\x15");
      await until(async () => !(await run.shows()).includes(draft));
    }
    if (name === "slash menu") {
      // Neither chosen nor closed, and nothing was added to what the person had typed.
      expect(await run.shows()).toMatch(/^❯\u00a0\/\s*$/m);
      run.type("\x15");
      await until(async () => !(await run.shows()).includes("/branch"));
    }
    // Steps of a turn that was cut short are not the next one's.
    model.drop();
  }
}

const NAMES = [
  ...(["idle", "streaming", "tool", "permission", "question"] as const),
  ...(["draft", "esc", "interrupted", "restarted", "slash menu", "compacting"] as const),
];

afterAll(() => {
  const tell = (what: string, of: Passage[]): void =>
    console.log(`claude, messages, ${what}: ${of.length}; ${spread(of.map(({ ms }) => ms))}`);
  for (const [scene, of] of Map.groupBy(passages, (one) => one.scene)) tell(`scene ${scene}`, of);
  // A person's draft or open menu holds back nothing but typing; a compaction holds the tool itself.
  const rested = passages.filter(({ scene, stood }) => stood === "idle" && scene !== "compacting");
  tell("posted at rest", rested);
  const channels = shareOf(passages.map(({ channel }) => channel));
  const inTurn = passages.filter(({ next }) => next !== undefined);
  const next = inTurn.filter((one) => one.next).length;
  console.log(
    `claude, messages: ${passages.length}; ${channels}; mid-turn ${next} of ${inTurn.length} at the next boundary`,
  );
  expect(next).toBeGreaterThanOrEqual(SCENES > 7 ? 0.99 * inTurn.length : inTurn.length - 1);
  // The times are those of a machine that does little else, which a slice may not be run on.
  const times = rested.map(({ ms }) => ms).toSorted((a, b) => a - b);
  if (SCENES > 7) expect(times[Math.floor(times.length / 2)]).toBeLessThanOrEqual(800);
});

/** The last request of each part of a conversation that compactions cut. */
function partsOf(turns: ModelRequest[]): ModelRequest[] {
  return turns.filter((request, at) => {
    const next = turns[at + 1];
    return ofConversation(request) && (next === undefined || !ofConversation(next));
  });
}

describe.concurrent("messages at any moment", () => {
  test.each([1, 2, 3])(
    "none lost, none doubled, no dialog answered, no draft changed (%i)",
    { timeout: 600_000 },
    async (seed) => {
      const summary = { text: `<summary>${"All that was said until now. ".repeat(30)}</summary>` };
      const rules = [{ when: (request: ModelRequest) => !ofConversation(request), answer: summary }];
      await using the = await stage({ steps: [{ text: "Ready." }], rules });
      // Harmless commands pass, so that what is asked for is what the scene is about.
      the.run.policy = (_tool, subject = "") => (/^(true|sleep)\b/.test(subject) ? "allow" : undefined);
      await the.run.start(claude);
      await the.run.signal("idle");
      const play = new Play(the, seed);
      for (let at = 0; at < SCENES; at++) await play.scene(NAMES[(at + seed * 3) % NAMES.length] ?? "idle");
      play.post();
      const id = play.ids.at(-1) ?? "";
      await the.model.until((request) => textOf(request).includes(`[message ${id} from`));
      passages.push(...play.passages());
      // Between two compactions every request holds all that was said before it.
      const parts = partsOf(the.model.turns);
      const count = (one: string): number =>
        parts.reduce((sum, request) => sum + textOf(request).split(`[message ${one} from`).length - 1, 0);
      expect(play.ids.filter((one) => count(one) !== 1).map((one) => `${one} ${count(one)}`)).toEqual([]);
      // Nobody went back to an earlier point.
      expect(the.run.signals.filter(({ type }) => type === "forgot")).toEqual([]);
      const unrecorded = (): string[] =>
        play.ids.filter((one) => !the.run.handed.some(({ id: other }) => other === one));
      await vi.waitFor(() => expect(unrecorded()).toEqual([]), { timeout: 5_000 });
    },
  );
});
