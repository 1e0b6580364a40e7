import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages, has, last, until } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";
import { RigRun } from "./link.ts";
import { scratch } from "./rig.ts";
import { times } from "./script.ts";

const stage = claudeStages();

describe.concurrent("a turn is stopped", () => {
  test("while the model speaks; a draft stays, and the agent can go on", async () => {
    await using the = await stage({
      steps: [{ slow: Array.from({ length: 60 }, (_, at) => `word${at} `), gapMs: 300 }, { text: "Back." }],
    });
    const session = await the.run.start(claude);
    await the.run.sees("word2");
    the.run.type("half a thought");
    await the.run.sees("half a thought");
    await session.interrupt?.();
    await the.run.signal("idle");
    expect(await the.run.shows()).toMatch(/❯\shalf a thought/);
    // Harmless when none runs.
    await session.interrupt?.();
    await sleep(300);
    expect(await the.run.shows()).toMatch(/❯\shalf a thought/);
    the.run.post("m-next", "[message m-next from bob] go on");
    await the.model.until(has("m-next"));
  });

  test("while a command runs", async () => {
    await using the = await stage(
      { steps: [bash("tail -f /dev/null"), { text: "Done." }] },
      { task: "t", autonomy: "full" },
    );
    const session = await the.run.start(claude);
    await the.run.signal("working", { where: ({ activity }) => activity !== undefined });
    await sleep(500);
    const began = performance.now();
    await session.interrupt?.();
    expect(performance.now() - began).toBeLessThan(4_000);
    await the.run.signal("idle");
    expect(the.model.turns).toHaveLength(1);
  });

  test("while a permission is open: refused, not answered with yes", async () => {
    await using the = await stage({ steps: [bash("touch one"), { text: "Done." }] });
    const session = await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    await the.run.sees("Do you want");
    await session.interrupt?.();
    await the.run.signal("resolved");
    await the.run.signal("idle");
    expect(the.run.made("one")).toBe(false);
    await expect(session.answer?.(item.key ?? "", { kind: "allow" })).rejects.toMatchObject({ code: "conflict" });
    expect(the.model.turns).toHaveLength(1);
  });
});

describe.concurrent("policies of the workspace", () => {
  test("deny, with the reason told to the model; ask, whatever the autonomy; allow, without a question", async () => {
    await using the = await stage(
      { steps: [bash("touch denied"), bash("touch asked"), { text: "Done." }] },
      { task: "t", autonomy: "full" },
    );
    the.run.policy = (_tool, subject = "") =>
      subject === "touch denied" ? "deny" : subject === "touch asked" ? "ask" : undefined;
    const session = await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    expect(last(the)).toContain("policy of the Clustr workspace denies");
    expect(item.title).toBe("Allow Bash: touch asked?");
    await session.answer?.(item.key ?? "", { kind: "allow" });
    await the.run.signal("idle");
    expect([the.run.made("denied"), the.run.made("asked")]).toEqual([false, true]);

    await using other = await stage({
      steps: [bash("touch fine && touch too"), bash("touch fine2; touch other"), { text: "Done." }],
    });
    other.run.policy = (_tool, subject = "") => (/^touch (fine2?|too)\b/.test(subject) ? "allow" : undefined);
    await other.run.start(claude);
    const { item: rest } = await other.run.signal("attention");
    expect(rest.title).toContain("touch fine2; touch other");
    expect([other.run.made("fine"), other.run.made("too"), other.run.made("other")]).toEqual([true, true, false]);
  });
});

describe.concurrent("a conversation", () => {
  test("is resumed in a new run, at rest, with the permissions of that run", async () => {
    await using the = await stage(
      { steps: [{ text: "First." }, bash("touch one"), { text: "Second." }] },
      { task: "remember the word owl" },
    );
    await the.run.start(claude);
    const { session } = await the.run.signal("session");
    await the.run.signal("idle");
    await the.run.stop();
    await using place = await scratch();
    const brief = { task: "remember the word owl", cwd: the.run.agent.cwd, run: 2, session, resumed: true };
    await using again = await RigRun.make(place, the.env, { ...brief, autonomy: "full" }, []);
    await again.start(claude);
    await again.signal("idle");
    await sleep(500);
    expect(the.model.turns).toHaveLength(1);
    again.post("m-again", "[message m-again from bob] go on");
    const seen = await the.model.until(has("m-again"));
    expect(times(seen, "remember the word owl")).toBe(1);
    await until(async () => the.run.made("one"));
    expect(again.signals.some(({ type }) => type === "attention")).toBe(false);
    expect((await again.signal("session")).session).toBe(session);
  });

  test("that was cleared is told as forgotten, with the new one's id", async () => {
    await using the = await stage({ steps: [{ text: "First." }], otherwise: { text: "Again." } });
    const session = await the.run.start(claude);
    const { session: first } = await the.run.signal("session");
    await the.run.signal("idle");
    const since = the.run.signals.length;
    the.run.post("m-before", "[message m-before from bob] hello");
    await the.run.signal("seen");
    await the.run.signal("idle", { since });
    the.run.type("/clear");
    await sleep(500);
    the.run.type("\r");
    const { why } = await the.run.signal("forgot");
    expect(why).toContain("cleared");
    const { session: second } = await the.run.signal("session", { where: (each) => each.session !== first });
    expect(second).not.toBe(first);
    the.run.post("m-after", "[message m-after from bob] hello");
    const seen = await the.model.until(has("m-after"));
    expect(has("m-before")(seen)).toBe(false);
    await the.run.signal("seen", { where: ({ messages }) => messages.includes("m-after") });
    expect(session.evidence?.().map(({ source }) => source)).toEqual(["hooks", "session file", "title"]);
  });

  test("that was rewound is told as forgotten in exactly that part", async () => {
    await using the = await stage({ steps: [{ text: "Ready." }], otherwise: { text: "Again." } });
    const session = await the.run.start(claude);
    await the.run.signal("idle");
    const turn = async (begin: () => Promise<void>): Promise<void> => {
      const since = the.run.signals.length;
      await begin();
      await the.run.signal("idle", { since });
      await sleep(500);
    };
    const post = async (id: string): Promise<void> => the.run.post(id, `[message ${id} from bob] hello`);
    await turn(() => post("m-kept-x"));
    await turn(async () => {
      the.run.type("words of the person");
      await sleep(600);
      the.run.type("\r");
    });
    await turn(() => post("m-gone-x"));
    the.run.type("/rewind");
    await sleep(800);
    the.run.type("\r");
    await the.run.sees("(current)");
    // The row above "(current)" is the person's own prompt; a menu that has just opened takes no keys yet.
    for (const key of ["\x1b[A", "\r"]) {
      await sleep(800);
      the.run.type(key);
    }
    await the.run.sees("Restore conversation");
    await sleep(800);
    the.run.type("\r");
    await the.run.sees("❯\u00a0words of the person");
    the.run.type("\x15");
    await turn(() => post("m-new-x"));
    expect((await the.run.signal("forgot")).messages).toEqual(["m-gone-x"]);
    const last = the.model.turns.at(-1);
    expect(last && [has("m-kept-x")(last), has("m-gone-x")(last)]).toEqual([true, false]);
    expect(await session.knows?.(["m-kept-x", "m-gone-x", "m-new-x"])).toEqual(["m-kept-x", "m-new-x"]);
  });
});

describe.concurrent("evidence", () => {
  test("that stays contradictory makes the status unsure, until it agrees again", async () => {
    await using the = await stage({ steps: [{ text: "Done." }, { hang: true }] });
    const session = await the.run.start(claude);
    await the.run.signal("idle");
    await sleep(1_500);
    expect(session.evidence?.().map(({ says }) => says)).toEqual(["idle", "idle", "idle or waiting"]);
    // A prompt the tool never had: the hook says work, everything else says rest.
    const body = { hook_event_name: "UserPromptSubmit", prompt: "from nowhere" };
    const call = { requestId: "r", name: "UserPromptSubmit", body, signal: new AbortController().signal };
    await session.hook(call);
    const { why } = await the.run.signal("doubt");
    expect(why).toBe("hooks: working, but session file: idle");
    await the.run.signal("certain", { timeoutMs: 8_000 });
    await the.run.signal("idle", { since: the.run.signals.findIndex(({ type }) => type === "doubt") });
  });
});
