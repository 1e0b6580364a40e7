import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages, has, until } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";
import { times } from "./script.ts";

const stage = claudeStages();

describe.concurrent("a restart of the server", () => {
  test("goes unnoticed: a second open takes the same session over, done or at work", async () => {
    await using the = await stage(
      { steps: [bash("sleep 2"), { text: "Done." }, { text: "Thanks." }] },
      { task: "t", autonomy: "full" },
    );
    await the.run.start(claude);
    await the.run.signal("working", { where: (signal) => signal.activity !== undefined });
    the.run.drop();
    const before = the.run.signals.length;
    await the.run.start(claude);
    await the.run.signal("working", { since: before });
    await the.run.signal("idle", { since: before });
    expect(the.run.started).toHaveLength(1);

    the.run.drop();
    const later = the.run.signals.length;
    await the.run.start(claude);
    await the.run.signal("idle", { since: later });
    the.run.post("m-after", "[message m-after from bob] hello again");
    await the.model.until(has("m-after"));
    await the.run.signal("seen", { since: later });
  });

  test("between handing over and writing it down neither loses nor doubles a message", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] });
    await the.run.start(claude);
    await the.run.signal("idle");
    const parcel = { id: "m-crash", text: "[message m-crash from bob] once", fromHuman: false };
    const lost = { id: "m-unsent", text: "[message m-unsent from bob] once too", fromHuman: false };
    await the.run.session?.deliver([parcel]);
    await the.model.until(has("m-crash"));
    await the.run.signal("seen");
    the.run.drop();
    // A crash right after the second parcel was written down, before it was handed over.
    const path = join(the.run.runDir, "run.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { inFlight: unknown[] };
    record.inFlight.push({ ...lost, channel: "socket", at: Date.now() });
    await writeFile(path, JSON.stringify(record));
    const session = await the.run.start(claude);
    expect(await session.deliver([parcel, lost])).toEqual({ channel: "socket" });
    const seen = await the.model.until(has("m-unsent"));
    expect(times(seen, "m-crash")).toBe(1);
    expect(times(seen, "m-unsent")).toBe(1);
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-unsent") });
  });

  test.each([
    ["short", "hello"],
    ["long", "hello\nfrom\na\nlong\ntext\nof\nlines"],
  ])("between typing a %s message and Enter leaves nothing in the composer", async (_, words) => {
    await using the = await stage({ steps: [{ text: "Done." }], otherwise: { text: "Thanks." } });
    await the.run.start(claude);
    await the.run.signal("idle");
    the.run.drop();
    const text = `[message m-half from human] ${words}`;
    const path = join(the.run.runDir, "run.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { inFlight: unknown[] };
    record.inFlight.push({ id: "m-half", text, fromHuman: true, channel: "typed", at: Date.now() });
    await writeFile(path, JSON.stringify(record));
    the.run.type(`\x1b[200~${text}\x1b[201~`);
    await until(async () => /m-half|Pasted text/.test(await the.run.shows()));
    const session = await the.run.start(claude);
    expect(await session.deliver([{ id: "m-half", text, fromHuman: true }])).toEqual({ channel: "typed" });
    const seen = await the.model.until(has("m-half"));
    expect(times(seen, "m-half")).toBe(1);
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-half") });
    const composer = async (): Promise<string | undefined> =>
      (await the.run.shows())
        .split("\n")
        .findLast((line) => line.startsWith("❯"))
        ?.slice(1)
        .trim();
    await until(async () => (await composer()) === "");
    expect(the.model.turns).toHaveLength(2);
  });
});
