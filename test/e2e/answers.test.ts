import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { Stream } from "../../src/client/stream.ts";
import type { Attention } from "../../src/contract/agent.ts";
import { hasCode } from "../../src/contract/error.ts";
import { bothTools } from "../rig/both-tools.ts";
import { Gate, modelled, scripted, WISHES, type Wish, type Wishing } from "../rig/asked.ts";
import { type RunningClustr } from "../rig/clustr.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";

const FULL = process.env["CLUSTR_FULL"] === "1";
const DECISIONS = FULL ? 500 : 15;
/** One item in so many is open while the server is killed and started again. */
const RESTARTS = FULL ? 12 : 8;
const ROUND_MS = FULL ? 60_000 : 30_000;

/** What a person needs to read a dialog. The tools ignore keys that come right after one appeared. */
const READ_MS = 700;

/** Who answers, what they say, and what came of it: `taken`, or the code of the refusal. */
interface Given {
  way: "api" | "command" | "terminal" | "stale";
  says: string;
  outcome: string;
  /** The refusal in words, for whoever reads why a run failed. */
  why?: string;
}

const counted = new Map<string, number>();
const count = (what: string): void => void counted.set(what, (counted.get(what) ?? 0) + 1);
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;

/** The person, with everything they can answer with. */
class Person {
  readonly #clustr: RunningClustr;
  readonly #stream: Stream;

  constructor(clustr: RunningClustr) {
    this.#clustr = clustr;
    const { url, workspace } = clustr.ready;
    this.#stream = new Stream({ base: url, workspace, token: clustr.token, on: {} });
  }

  close(): void {
    this.#stream.close();
  }

  /** The item in which a word stands, once it is open. */
  async item(word: string): Promise<Attention> {
    let found: Attention | undefined;
    const look = async (): Promise<boolean> => {
      const items = await this.#clustr.client.call("attention.list", {});
      return (found = items.find(({ title, detail }) => `${title} ${detail}`.includes(word))) !== undefined;
    };
    await expect.poll(look, { timeout: ROUND_MS, interval: 50, message: `${word} is asked` }).toBe(true);
    return found as Attention;
  }

  async closed({ id, agent }: Attention, story: string): Promise<void> {
    const open = async (): Promise<boolean> =>
      (await this.#clustr.client.call("attention.list", {})).some((item) => item.id === id);
    await expect
      .poll(open, { timeout: ROUND_MS, interval: 50 })
      .toBe(false)
      .catch(async (error: unknown) => {
        const { lines } = await this.#clustr.client.call("terminal.screen", { name: agent });
        const told = JSON.stringify(await this.#clustr.client.call("agent.explain", { name: agent }));
        throw new Error(`${id} does not close. ${story}\n${told}\n${lines.join("\n")}`, { cause: error });
      });
  }

  async shows(agent: string, words: string): Promise<void> {
    const look = async (): Promise<string> =>
      (await this.#clustr.client.call("terminal.screen", { name: agent })).lines.join("\n");
    await expect.poll(look, { timeout: ROUND_MS, interval: 100 }).toContain(words);
  }

  /** Types on what is seen: a terminal that is not shown yet may be left before it takes the keys. */
  async type(agent: string, keys: string): Promise<void> {
    const shown = Promise.withResolvers<void>();
    const screen = (_screen: unknown, drawn: () => void): void => {
      drawn();
      shown.resolve();
    };
    const channel = this.#stream.attach(agent, { screen, output: (_bytes, drawn) => drawn() });
    await shown.promise;
    await expect.poll(() => this.#stream.open && channel.write(keys), { timeout: ROUND_MS, interval: 20 }).toBe(true);
    await pause(50);
    channel.detach();
  }

  async gives(given: Given, { id, digest }: Attention, agent: Wishing): Promise<void> {
    await pause(Math.random() * 120);
    if (given.way === "terminal") return void (await this.type(agent.name, agent.yes), (given.outcome = "typed"));
    const pinned = given.way === "stale" ? "stale-digest" : digest;
    if (given.way === "command") {
      const { code, stderr } = await this.#clustr.run(["answer", id, given.says, "--digest", pinned]);
      given.outcome = code === 0 ? "taken" : code === 5 ? "conflict" : `exit ${code}`;
      if (code !== 0) given.why = stderr;
      return;
    }
    try {
      await this.#clustr.client.call("attention.answer", { id, answer: given.says, digest: pinned });
      given.outcome = "taken";
    } catch (error) {
      given.outcome = hasCode(error) ? error.code : "broken";
      given.why = String(error);
    }
  }
}

/** One to four answers to the same item, in the order in which they set out. */
function answersTo({ kind, word }: Wish, terminal: boolean): Given[] {
  const says = (): string =>
    kind === "permission" ? pick(["allow", "deny"]) : pick(["1", "2", `GREY-${word.replaceAll(/\W/g, "")}`]);
  const ways: Given["way"][] = Array.from({ length: pick([1, 1, 2, 2, 3, 4]) }, () =>
    pick<Given["way"]>(["api", "command", "api", "stale"]),
  );
  if (new Set(ways).size === 1 && ways[0] === "stale") ways.push("api");
  const given: Given[] = ways.map((way) => ({ way, says: says(), outcome: "" }));
  if (terminal && kind === "permission" && Math.random() < 0.4)
    given.splice(Math.random() < 0.3 ? 0 : 1, Math.random() < 0.3 ? 4 : 0, {
      way: "terminal",
      says: "allow",
      outcome: "",
    });
  return given;
}

/** What an agent is told when an answer wins. */
function effectOf({ kind }: Wish, says: string): string {
  return kind === "permission" ? says : says === "1" ? "red" : says === "2" ? "blue" : says;
}

/** An item is answered by several at once; then it must be as whoever won has said, and everybody must know. */
async function decide(person: Person, agent: Wishing, wish: Wish, item: Attention, alone: boolean): Promise<Given[]> {
  const given = answersTo(wish, alone);
  if (given.some(({ way }) => way === "terminal")) {
    await person.shows(agent.name, agent.dialog);
    await pause(READ_MS);
  }
  await Promise.all(given.map((each) => person.gives(each, item, agent)));
  const story = `${agent.name} ${wish.word}: ${JSON.stringify(given)}`;
  await person.closed(item, story);
  const winners = given.filter(({ outcome }) => outcome === "taken");
  const typed = given.some(({ way }) => way === "terminal");
  expect(winners.length, story).toBeLessThanOrEqual(1);
  if (!typed) expect(winners, story).toHaveLength(1);
  for (const { outcome } of given) expect(["taken", "typed", "conflict"], story).toContain(outcome);
  expect(
    winners.some(({ way }) => way === "stale"),
    story,
  ).toBe(false);
  for (const { way, outcome } of given) count(`${way} ${outcome}`);
  count(winners[0] ? `won by ${winners[0].way}` : "won by terminal");
  return given;
}

/** What came of a wish is what its winner said; without one among us, the person at the terminal had the word. */
async function verify(agent: Wishing, wish: Wish, given: Given[]): Promise<void> {
  const winner = given.find(({ outcome }) => outcome === "taken");
  const expected = effectOf(wish, winner?.says ?? "allow");
  expect(await agent.got(wish), `${agent.name} ${wish.word}: ${JSON.stringify(given)}`).toBe(expected);
}

it(
  `${DECISIONS} decisions of all services, several answers racing: the first wins everywhere, none hits another dialog`,
  { timeout: 120_000 + DECISIONS * 15_000 },
  async () => {
    await using stage = await bothTools({ tables: "[features]\ndefault_mode_request_user_input = true" });
    const { cast, clustr, folder } = stage;

    const gates = { cla: new Gate(), cod: new Gate() };
    for (const [name, gate] of Object.entries(gates)) cast.play(name, { otherwise: gate.answer });
    const spawn = (name: string, service: string, task: string, more = {}): Promise<unknown> =>
      clustr.client.call("agent.spawn", { name, service, task, autonomy: "ask", ...more });
    await spawn("cla", "claude", "Work.");
    await spawn("cod", "codex", "Work.", { model: CLASSIC_MODEL });
    await spawn("scr", "script", WISHES);
    const rests = async (): Promise<void> => {
      const look = async (): Promise<string | undefined> =>
        (await clustr.client.call("agent.list", {})).find(({ name }) => name === "scr")?.status;
      await expect.poll(look, { timeout: ROUND_MS, interval: 50 }).toBe("done");
    };
    await Promise.all([...Object.values(gates).map((gate) => gate.request()), rests()]);
    const agents = [
      modelled("cla", "claude", gates.cla, folder),
      modelled("cod", "codex", gates.cod, folder),
      scripted("scr", clustr, rests),
    ];

    const person = new Person(clustr);
    let made = 0;
    for (let round = 0; made < DECISIONS; round++) {
      // All three want something at the same moment: an answer that went astray would find another open item.
      const wanted = agents.map((agent) => {
        const kind = pick(["permission", "permission", "question"] as const);
        const twice = agent.several && kind === "permission" && Math.random() < 0.2;
        const wishes = (twice ? ["a", "b"] : [""]).map((part): Wish => ({
          kind,
          word: `${kind}-${round}${part}-${agent.name}`,
        }));
        return { agent, wishes };
      });
      await Promise.all(wanted.map(({ agent, wishes }) => agent.wish(wishes)));
      const before = await Promise.all(
        wanted.map(({ wishes }) => Promise.any(wishes.map(({ word }) => person.item(word)))),
      );
      if (round % RESTARTS === RESTARTS >> 1) {
        count("restarts of the server");
        await clustr.kill();
        await clustr.restart();
        for (const { id } of before)
          expect((await clustr.client.call("attention.list", {})).map((item) => item.id)).toContain(id);
      }
      await Promise.all(
        wanted.map(async ({ agent, wishes }, at) => {
          const made: [Wish, Given[]][] = [];
          let item = before[at] as Attention;
          for (const left = [...wishes]; left.length > 0;) {
            const wish = left.splice(
              left.findIndex(({ word }) => `${item.title} ${item.detail}`.includes(word)),
              1,
            )[0];
            if (!wish) break;
            made.push([wish, await decide(person, agent, wish, item, wishes.length === 1)]);
            if (left[0]) item = await person.item(left[0].word);
          }
          for (const [wish, given] of made) await verify(agent, wish, given);
          // What was typed too late is the person's own draft; they clear it before the next item comes.
          if (agent.clear && made.some(([, given]) => given.some(({ way }) => way === "terminal")))
            await person.type(agent.name, agent.clear);
        }),
      );
      made += wanted.reduce((sum, { wishes }) => sum + wishes.length, 0);
    }
    person.close();
    console.log(`${made} decisions (claude, codex, script), 0 hit another dialog:`, Object.fromEntries(counted));
    expect(stage.strays()).toEqual([]);
    for (const gate of Object.values(gates)) await gate.give({ text: "Done." });
  },
);
