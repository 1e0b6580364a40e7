import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import type { EventRecord } from "../../src/contract/operations/events.ts";
import { bothTools } from "../rig/both-tools.ts";
import type { Cast } from "../rig/cast.ts";
import { type RunningClustr } from "../rig/clustr.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { laddersOf, shareOf, spread, type Climb } from "../rig/ladders.ts";
import { textOf, type ModelRequest, type Script, type ScriptedModel } from "../rig/script.ts";

const FULL = process.env["CLUSTR_FULL"] === "1";
const AGENTS = FULL ? 12 : 4;
const MESSAGES = FULL ? 2_000 : 60;
const KILLS = FULL ? 10 : 2;
/** How long everything may take, in milliseconds. */
const WHOLE_MS = FULL ? 3_000_000 : 150_000;

const NAMES = ["ada", "bo", "cy", "dee", "eli", "flo", "gus", "hal", "ida", "jo", "kim", "lea"].slice(0, AGENTS);
const serviceOf = (name: string): "claude" | "codex" => (NAMES.indexOf(name) % 2 === 0 ? "claude" : "codex");

/** What one agent has to send, in order: to whom, and the words, which occur nowhere else. */
interface Talk {
  to: string;
  words: string;
}

/** Everybody's share of the messages, to colleagues chosen at random. */
function plans(): Map<string, Talk[]> {
  const all = new Map<string, Talk[]>(NAMES.map((name) => [name, []]));
  for (let n = 0; n < MESSAGES; n++) {
    const from = NAMES[n % AGENTS] ?? "";
    const others = NAMES.filter((name) => name !== from);
    const to = others[Math.floor(Math.random() * others.length)] ?? "";
    all.get(from)?.push({ to, words: `MAIL-${from}-${to}-${n}-END` });
  }
  return all;
}

/** Sends what it has to, one message a step, and ends its turn now and then before it is through. */
class Talker {
  readonly model: ScriptedModel;
  readonly #plan: Talk[];
  sent = 0;

  constructor(cast: Cast, name: string, plan: Talk[]) {
    this.#plan = plan;
    const script: Script = { otherwise: (request) => this.#next(request) };
    this.model = cast.play(name, script);
  }

  get through(): boolean {
    return this.sent === this.#plan.length;
  }

  async #next(request: ModelRequest) {
    forget(this.model);
    if (request.side) return { text: "" };
    const begun = this.sent > 0 || textOf(request).includes("BEGIN-NOW");
    await pause(30 + Math.random() * 200);
    const talk = this.#plan[this.sent];
    if (!begun || !talk || Math.random() < 0.1) return { text: "Nothing to do for now." };
    this.sent += 1;
    return { call: "mcp__clustr__send_message", args: { to: talk.to, content: talk.words } };
  }
}

/** Requests that are kept: each holds all that was before it. Those of several agents may be under way at once. */
const KEPT = 3 * AGENTS;

function forget(model: ScriptedModel): void {
  const old = model.requests.at(-KEPT - 1);
  if (old) Object.assign(old, { messages: [], body: null });
}

/** All text of the newest conversation of a model, its tool's own system prompt left out. */
function heardBy(model: ScriptedModel): string {
  const last = model.turns.at(-1);
  return last ? textOf({ ...last, instructions: "" }) : "";
}

/** The words of the messages that stand in a conversation under their envelope, in that order. */
function mailIn(text: string, to: string): string[] {
  const enveloped = new RegExp(`sender="agent" to="${to}">\\n(MAIL-\\w+-\\w+-\\d+-END)`, "g");
  return [...text.matchAll(enveloped)].map((match) => match[1] ?? "");
}

/** Where words stand in a conversation, for whoever reads why a run failed. */
function around(text: string, words: string): string {
  const places = text.split(words);
  return `${words} stands ${places.length - 1} times: ${places
    .slice(0, -1)
    .map((before) => JSON.stringify(before.slice(-150)))
    .join(" | ")}`;
}

async function eventsOf(clustr: RunningClustr): Promise<EventRecord[]> {
  const all: EventRecord[] = [];
  for (;;) {
    const page = await clustr.client.call("event.list", { after: all.at(-1)?.seq ?? 0, limit: 5_000 });
    all.push(...page);
    if (page.length < 5_000) return all;
  }
}

/** Kills and restarts the server at random moments spread over the whole talk, and wakes whoever rests too early. */
async function drive(clustr: RunningClustr, talkers: Map<string, Talker>): Promise<void> {
  const sent = (): number => [...talkers.values()].reduce((sum, each) => sum + each.sent, 0);
  const until = performance.now() + WHOLE_MS;
  for (let kills = 0; ;) {
    if (performance.now() > until) throw new Error(`Only ${sent()} of ${MESSAGES} messages were sent in time.`);
    if (kills < KILLS && sent() > ((kills + 0.5) * MESSAGES) / KILLS) {
      await pause(Math.random() * 1_000);
      await clustr.kill();
      await pause(Math.random() * 700);
      await clustr.restart();
      kills += 1;
    }
    if (kills === KILLS && [...talkers.values()].every(({ through }) => through)) return;
    for (const { name, status } of await clustr.client.call("agent.list", {}))
      if (status === "done" && talkers.get(name)?.through === false)
        await clustr.client.call("message.send", { to: name, content: "Go on." });
    await pause(1_000);
  }
}

it(
  `${AGENTS} agents, ${MESSAGES} messages, ${KILLS} kills of the server: each arrives once, in order, and its ladder is complete`,
  { timeout: WHOLE_MS * 1.3 },
  async () => {
    await using stage = await bothTools({ asked: forget });
    const { cast, clustr } = stage;
    await clustr.client.call("limits.set", { exchange_length: 1000, messages_per_minute: 6000 });

    const planned = plans();
    const talkers = new Map(NAMES.map((name) => [name, new Talker(cast, name, planned.get(name) ?? [])]));
    const began = performance.now();
    // Two at a time: a whole crowd that starts at once starves itself.
    for (let at = 0; at < NAMES.length; at += 2)
      await Promise.all(
        NAMES.slice(at, at + 2).map(async (name) => {
          const model = serviceOf(name) === "codex" ? { model: CLASSIC_MODEL } : {};
          await clustr.client.call("agent.spawn", {
            ...{ name, service: serviceOf(name), task: "Wait for word.", autonomy: "full" as const },
            ...model,
          });
          await talkers.get(name)?.model.until(() => true, 60_000);
        }),
      );
    const started = performance.now();
    await clustr.client.call("message.send", { to: "all", content: "BEGIN-NOW" });
    await drive(clustr, talkers);

    // What the models were given decides: every message once, and those of each sender in the order they were sent.
    const expected = (to: string): string[] =>
      [...planned.values()].flatMap((talks) => talks.filter((talk) => talk.to === to).map(({ words }) => words));
    const settle = { timeout: FULL ? 120_000 : 40_000, interval: 500 };
    for (const [name, { model }] of talkers) {
      const got = (): string[] => mailIn(heardBy(model), name).toSorted();
      await expect
        .poll(got, settle)
        .toEqual(expected(name).toSorted())
        .catch(async (error: unknown) => {
          const wrong = expected(name).filter((words) => got().filter((each) => each === words).length !== 1);
          const fates = laddersOf(await eventsOf(clustr)).filter(({ content }) => wrong.includes(content));
          const texts = wrong.map((words) => around(heardBy(model), words));
          throw new Error(`${name}: ${JSON.stringify(fates, undefined, 1)} ${texts.join("\n")}`, { cause: error });
        });
      for (const other of NAMES) {
        const pair = (list: string[]): string[] => list.filter((words) => words.startsWith(`MAIL-${other}-`));
        expect(pair(mailIn(heardBy(model), name)), `${other} to ${name}`).toEqual(pair(expected(name)));
      }
      expect(
        heardBy(model).match(/.{0,200}(?:Unable to connect|hook error|transport error).{0,200}/i)?.[0],
      ).toBeUndefined();
    }
    const lasted = performance.now() - started;

    // What the ledger says of it: nobody was left on a rung that is no end.
    let climbs: Climb[] = [];
    const underWay = async (): Promise<Climb[]> => {
      climbs = laddersOf(await eventsOf(clustr)).filter(({ inbox }) => inbox !== "human");
      return climbs.filter(({ rung, why }) => rung === "queued" || rung === "handed" || (rung === "dropped" && !why));
    };
    await expect.poll(underWay, settle).toEqual([]);
    const mail = climbs.filter(({ content }) => content.startsWith("MAIL-"));
    expect(mail.map(({ content }) => content).toSorted()).toEqual(
      [...planned.values()]
        .flat()
        .map(({ words }) => words)
        .toSorted(),
    );
    expect(mail.filter(({ rung }) => rung !== "seen" && rung !== "read")).toEqual([]);
    expect(stage.strays()).toEqual([]);

    const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`;
    console.log(
      `${AGENTS} agents (claude and codex in turn), ${MESSAGES} messages, ${KILLS} kills: 0 lost, 0 doubled, 0 out of order; ` +
        `${climbs.length} ladders complete. Started in ${minutes(started - began)}, talked for ${minutes(lasted)}. ` +
        `Last channel: ${shareOf(mail.map(({ channel }) => channel))}. Handed again: ${mail.filter(({ handed }) => handed > 1).length}. ` +
        `Sent to seen: ${spread(mail.map(({ sentAt, seenAt }) => (seenAt ?? NaN) - sentAt))}.`,
    );
  },
);
