import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { type ModelRequest, says, times } from "./script.ts";

const SHOWN = { timeout: 8000 };

describe("a conversation the person leaves", () => {
  const command = async ({ run }: CodexRun, text: string): Promise<void> => {
    run.type(text);
    await expect.poll(() => run.shows()).toContain(text);
    await sleep(300);
    run.type("\r");
  };

  for (const way of ["/new", "/clear"]) {
    it(`is forgotten with ${way}: a message of it can be given again`, async () => {
      await using made = await codexRun({ steps: [{ text: "Ready." }] });
      const { run, model } = made;
      const session = await made.start();
      const parcel = { id: "msg-5", text: "<msg-5> remember", fromHuman: false };
      await run.signal("idle");
      await session.deliver([parcel]);
      await run.signal("seen");
      await expect.poll(() => run.shows(), SHOWN).toContain("Done.");
      await command(made, way);
      await run.signal("forgot");
      const kinds = run.signals.map(({ type }) => type);
      expect(kinds.lastIndexOf("session")).toBeLessThan(kinds.indexOf("forgot"));
      await session.deliver([parcel]);
      await expect.poll(() => model.turns.filter(says("<msg-5>")).length, SHOWN).toBe(2);
      expect(times(model.turns.at(-1) as ModelRequest, "Say hello.")).toBe(0);
    });
  }

  /** Prompts that are seen and answered, one after the other; the last ones make one prompt. */
  const told = async ({ run }: CodexRun, ...prompts: string[][]): Promise<void> => {
    for (const ids of prompts) {
      const since = run.signals.length;
      await run.session?.deliver(ids.map((id) => ({ id, text: `<${id}> body`, fromHuman: false })));
      await run.signal("idle", { since });
      await expect.poll(() => run.shows(), SHOWN).toMatch(new RegExp(`<${ids.at(-1)}>[^]*Done\\.`));
    }
  };
  /** Takes the conversation back by `prompts`, as a person does. */
  const back = async ({ run }: CodexRun, prompts: number): Promise<void> => {
    // The prompt that was taken back the last time stands in the composer.
    run.type("\u0015");
    await sleep(300);
    const more = Array.from({ length: prompts - 1 }, () => ["\u001b[D", "rewind"] as const);
    for (const [key, shown] of [
      ["\u001b", "esc again to edit"],
      ["\u001b", "rewind"],
      ...more,
      ["\r", "reverted to this point"],
    ] as const) {
      run.type(key);
      await expect.poll(() => run.shows(), SHOWN).toContain(shown);
      await sleep(300);
    }
  };

  it("is forgotten from the point it was taken back to, exactly", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run } = made;
    await made.start();
    await run.signal("idle");
    await told(made, ["m-1"], ["m-2", "m-3"], ["m-4"]);
    await back(made, 2);
    expect((await run.signal("forgot")).messages).toEqual(["m-2", "m-3", "m-4"]);
    expect(await run.session?.knows?.(["m-1", "m-2", "m-3", "m-4"])).toEqual(["m-1"]);
    const since = run.signals.length;
    await told(made, ["m-5"]);
    await back(made, 1);
    expect((await run.signal("forgot", { since })).messages).toEqual(["m-5"]);
    const last = run.signals.length;
    await back(made, 2);
    expect((await run.signal("forgot", { since: last })).messages).toEqual(["m-1"]);
  });

  it("is forgotten as well when nobody was there to see it taken back", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run } = made;
    await made.start();
    await run.signal("idle");
    await told(made, ["m-1"], ["m-2"]);
    run.drop();
    await back(made, 1);
    const since = run.signals.length;
    await made.start();
    expect((await run.signal("forgot", { since })).messages).toEqual(["m-2"]);
    expect(await run.session?.knows?.(["m-1", "m-2"])).toEqual(["m-1"]);
  });

  it("is left as well when nobody was there to see it: a message goes where the person is", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    await told(made, ["m-1"]);
    run.drop();
    await sleep(1_000); // Codex keeps the times of conversations in seconds.
    await command(made, "/new");
    await expect.poll(() => run.shows(), SHOWN).not.toContain("<m-1>");
    const since = run.signals.length;
    const session = await made.start();
    await run.signal("forgot", { since });
    expect(await session.knows?.(["m-1"])).toEqual([]);
    await told(made, ["m-2"]);
    expect(times(model.turns.at(-1) as ModelRequest, "<m-1>")).toBe(0);
    run.drop();
    await made.start();
    expect(await run.session?.knows?.(["m-2"])).toEqual(["m-2"]);
    expect(run.signals.filter(({ type }) => type === "forgot")).toHaveLength(1);
  });

  it("is not forgotten when it is compacted: what was seen is part of it", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run } = made;
    await made.start();
    await run.signal("idle");
    await told(made, ["m-1"], ["m-2"]);
    const since = run.signals.length;
    await command(made, "/compact");
    await run.signal("idle", { since });
    run.drop();
    await made.start();
    await told(made, ["m-3"]);
    expect(run.signals.some(({ type }) => type === "forgot")).toBe(false);
    expect(await run.session?.knows?.(["m-1", "m-2", "m-3"])).toEqual(["m-1", "m-2", "m-3"]);
  });
});
