import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { CLASSIC_MODEL } from "./codex-home.ts";
import { codexRun } from "./codex-run.ts";
import { shell } from "./codex-tools.ts";
import { type ModelRequest, times } from "./script.ts";

const says = (text: string) => (request: ModelRequest) =>
  request.messages.some((message) => message.role === "user" && message.text.includes(text));
const SLEEP = shell("sleep 1.5; echo slept", { yield_time_ms: 10_000 });

describe("a message to a Codex agent", () => {
  it("wakes it when it is at rest, and leaves what the person is typing alone", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Heard." }] });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Ready.");
    run.type("half a thought");
    await expect.poll(() => run.shows()).toContain("half a thought");
    run.post("msg-1", "<msg-1> from bob: are you there?");
    await model.until(says("<msg-1>"));
    await run.signal("seen", { where: ({ messages }) => messages.includes("msg-1") });
    expect(run.handed).toMatchObject([{ id: "msg-1", channel: "turn" }]);
    await expect.poll(() => run.shows()).toContain("Heard.");
    expect(await run.shows()).toContain("half a thought");
    expect(model.turns).toHaveLength(2);
  });

  it("carries several at once, each seen once", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run, model } = made;
    const session = await made.start();
    await run.signal("idle");
    const parcels = ["m-1", "m-2", "m-3"].map((id) => ({ id, text: `<${id}> body`, fromHuman: false }));
    await session.deliver(parcels);
    await session.deliver(parcels);
    const request = await model.until(says("<m-3>"));
    await run.signal("idle", { since: run.signals.findIndex(({ type }) => type === "idle") + 1 });
    await session.deliver(parcels);
    expect(await session.knows?.(["m-1", "m-3", "m-9"])).toEqual(["m-1", "m-3"]);
    expect(["m-1", "m-2", "m-3"].map((id) => times(request, `<${id}>`))).toEqual([1, 1, 1]);
    for (const signal of run.signals)
      if (signal.type === "seen") expect(signal.messages).toEqual(["m-1", "m-2", "m-3"]);
    expect(model.turns).toHaveLength(2);
  });

  for (const code of [false, true]) {
    it(`comes after the tool that runs, in the same turn (${code ? "code mode" : "classic tools"})`, async () => {
      await using made = await codexRun({ steps: [SLEEP, { text: "Both done." }] }, { code, autonomy: "auto" });
      const { run, model } = made;
      await made.start();
      await run.signal("working", { where: ({ activity }) => activity === "Running sleep 1.5; echo slept" });
      run.post("msg-2", "<msg-2> while you work");
      const request = await model.until(says("<msg-2>"));
      const [tool, message] = request.messages.slice(-2);
      expect(tool).toMatchObject({ role: "tool", text: expect.stringContaining("slept") as string });
      expect(message).toEqual({ role: "user", text: "<msg-2> while you work" });
      await run.signal("idle");
      expect(run.signals.filter(({ type }) => type === "idle")).toHaveLength(1);
      expect(model.turns).toHaveLength(2);
    });
  }

  it("does not cut off the answer being given", async () => {
    const slow = ["one ", "two ", "three ", "four ", "five ", "six."];
    await using made = await codexRun({ steps: [{ slow, gapMs: 200 }, { text: "Then this." }] });
    const { run, model } = made;
    await made.start();
    run.post("msg-3", "<msg-3> in between");
    const request = await model.until(says("<msg-3>"));
    expect(request.messages.slice(-2)).toEqual([
      { role: "assistant", text: slow.join("") },
      { role: "user", text: "<msg-3> in between" },
    ]);
    await run.signal("idle");
    expect(model.turns).toHaveLength(2);
  });

  it("is not lost when the person interrupts the turn it waits in", async () => {
    await using made = await codexRun(
      { steps: [{ ...SLEEP, args: { cmd: "sleep 20", yield_time_ms: 30_000 } }, { text: "Back again." }] },
      { autonomy: "auto" },
    );
    const { run, model } = made;
    await made.start();
    await run.signal("working", { where: ({ activity }) => activity === "Running sleep 20" });
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("esc to interrupt");
    run.post("msg-4", "<msg-4> do not forget me");
    await expect.poll(() => run.handed.length).toBe(1);
    run.type("\u001b");
    const request = await model.until(says("<msg-4>"));
    expect(times(request, "<msg-4>")).toBe(1);
    await run.signal("seen");
    await run.signal("idle");
    expect(model.turns).toHaveLength(2);
  });

  it("keeps its place when the turn it waits in is interrupted: what is sent meanwhile comes after it", async () => {
    const apart = [0, 5, 10, 20, 40, 80, 160];
    const wait = { ...SLEEP, args: { cmd: "sleep 20", yield_time_ms: 30_000 } };
    await using made = await codexRun({ steps: [{ text: "Ready." }] }, { autonomy: "auto" });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    for (const [at, ms] of apart.entries()) {
      const since = run.signals.length;
      model.append(wait);
      run.post(`go-${at}`, "Go.");
      await run.signal("working", { since, where: ({ activity }) => activity === "Running sleep 20" });
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("esc to interrupt");
      run.post(`one-${at}`, `<one-${at}>`);
      await expect.poll(() => run.handed.some(({ id }) => id === `one-${at}`)).toBe(true);
      run.type("\u001b");
      await sleep(ms);
      run.post(`two-${at}`, `<two-${at}>`);
      await model.until(says(`<one-${at}>`));
      const request = await model.until(says(`<two-${at}>`));
      const text = request.messages.map((message) => message.text).join("\n");
      expect(text.indexOf(`<one-${at}>`), `${ms} ms after Esc`).toBeLessThan(text.indexOf(`<two-${at}>`));
      await run.signal("idle", { since });
    }
  });

  it("stays where it is while it cannot be written down, and goes out once when it can", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    const { run, model } = made;
    const session = await made.start();
    await run.signal("idle");
    const file = run.file.bind(run);
    run.file = () => Promise.reject(new Error("no space left on device"));
    const parcel = { id: "msg-6", text: "<msg-6> later then", fromHuman: false };
    expect(await session.deliver([parcel])).toEqual({ later: expect.stringContaining("no space left") as string });
    run.file = file;
    expect(await session.deliver([parcel])).toEqual({ channel: "turn" });
    const request = await model.until(says("<msg-6>"));
    expect(times(request, "<msg-6>")).toBe(1);
  });

  it("follows the person into a new conversation, where the instructions hold too", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] }, { instructions: "You are alice of the rig." });
    const { run, model } = made;
    await made.start();
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Ready.");
    const { session } = await run.signal("session");
    run.type("/new");
    await expect.poll(() => run.shows()).toContain("/new");
    run.type("\r");
    const { session: next } = await run.signal("session", { where: (signal) => signal.session !== session });
    run.post("msg-5", "<msg-5> welcome");
    const request = await model.until(says("<msg-5>"));
    expect(request.messages.some(({ text }) => text.includes("You are alice of the rig."))).toBe(true);
    // The same model, under the same permissions.
    const permissions = ({ messages }: ModelRequest) =>
      messages
        .map(({ text }) => /<permissions instructions>.*?<\/permissions instructions>/s.exec(text)?.[0])
        .find(Boolean);
    expect(permissions(request)).toMatch(/read-only/);
    expect(permissions(request)).toBe(permissions(model.turns[0] ?? request));
    expect(request.model).toBe(CLASSIC_MODEL);
    expect(request.messages.some(({ text }) => text.includes("Say hello."))).toBe(false);
    await run.signal("seen", { where: ({ messages }) => messages.includes("msg-5") });
    await expect.poll(() => run.shows()).toContain("<msg-5> welcome");
    expect(next).toMatch(/^[0-9a-f-]{36}$/);
  });
});
