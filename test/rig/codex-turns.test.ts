import { describe, expect, it } from "vitest";
import { codex } from "../../src/services/codex/codex.ts";
import { codexRun } from "./codex-run.ts";
import { escalated, shell } from "./codex-tools.ts";
import { RigRun } from "./link.ts";
import { says, times } from "./script.ts";

const SLEEP = shell("sleep 20", { yield_time_ms: 30_000 });
const SHOWN = { timeout: 8000 };

describe("interrupting", () => {
  it("ends the turn, and what waits in it is delivered, once", async () => {
    await using made = await codexRun({ steps: [SLEEP, { text: "Back again." }] }, { autonomy: "auto" });
    const { run, model } = made;
    const session = await made.start();
    await run.signal("working", { where: ({ activity }) => activity === "Running sleep 20" });
    run.post("msg-1", "<msg-1> do not forget me");
    await expect.poll(() => run.handed.length).toBe(1);
    const began = performance.now();
    await session.interrupt?.();
    expect(performance.now() - began).toBeLessThan(3_000);
    const request = await model.until(says("<msg-1>"));
    expect(times(request, "<msg-1>")).toBe(1);
    await run.signal("seen");
    await run.signal("idle");
    expect(model.turns).toHaveLength(2);
    await session.interrupt?.(); // At rest it does nothing.
    expect(model.turns).toHaveLength(2);
  });

  it("takes an open question with it; an answer that comes later hits nothing", async () => {
    await using made = await codexRun({ steps: [escalated("touch made-it")] });
    const { run } = made;
    const session = await made.start();
    const { item } = await run.signal("attention");
    await session.interrupt?.();
    await run.signal("idle");
    await expect(session.answer?.(item.key ?? "", { kind: "allow" })).rejects.toMatchObject({ code: "conflict" });
  });

  it("works right after a message was sent, before its turn was announced", async () => {
    // Interrupted early enough, the first message is sent again, and it is then that the tool runs.
    const nap = shell("sleep 2", { yield_time_ms: 10_000 });
    await using made = await codexRun({ steps: [{ text: "Ready." }, nap, { text: "Well." }] }, { autonomy: "auto" });
    const { run, model } = made;
    const session = await made.start();
    await run.signal("idle");
    void session.deliver([{ id: "msg-2", text: "<msg-2> go", fromHuman: false }]);
    await session.interrupt?.();
    await session.deliver([{ id: "msg-3", text: "<msg-3> instead", fromHuman: false }]);
    const request = await model.until(says("<msg-3>"));
    expect([times(request, "<msg-2>"), times(request, "<msg-3>")]).toEqual([1, 1]);
  });
});

describe("continuing in a new run", () => {
  it("after a crash in the middle of a turn: at rest, without the task, with the TUI attached and this run's permissions", async () => {
    await using made = await codexRun({ steps: [SLEEP, { text: "Heard." }] }, { autonomy: "full" });
    const { run, model } = made;
    await made.start();
    const { session } = await run.signal("session");
    await run.signal("working", { where: ({ activity }) => activity === "Running sleep 20" });
    process.kill(run.pidOf("app-server"), "SIGKILL");
    await run.signal("failed");
    await run.stop();
    const agent = { ...run.agent, id: "ag-next", run: 2, autonomy: "ask" as const, session, resumed: true };
    await using next = await RigRun.make(made.place, made.env, agent, []);
    await next.start(codex);
    await next.signal("idle");
    expect(next.signals.filter(({ type }) => type === "working" || type === "turn_failed")).toEqual([]);
    await expect.poll(() => next.shows(), SHOWN).toContain("Say hello.");
    next.post("msg-4", "<msg-4> where were we?");
    const request = await model.until(says("<msg-4>"));
    expect([times(request, "Say hello."), times(request, "<msg-4>")]).toEqual([1, 1]);
    const modes = [
      ...request.messages
        .map(({ text }) => text)
        .join()
        .matchAll(/`sandbox_mode` is `([\w-]+)`/g),
    ];
    expect(modes.at(-1)?.[1]).toBe("read-only");
    await next.session?.leave();
  });

  it("of a conversation that is not there any more fails with a reason", async () => {
    await using made = await codexRun({}, { session: "01a202e8-576e-70d3-bb74-6872c6cc2af1", resumed: true });
    await expect(made.start()).rejects.toMatchObject({ code: "unavailable" });
    expect(made.model.turns).toHaveLength(0);
  });
});

it("a server and a terminal that tell different things for over a second make its status unsure, until they agree", async () => {
  await using made = await codexRun({
    steps: [{ text: "Ready." }, { slow: Array.from({ length: 10 }, () => "word "), gapMs: 200 }],
  });
  const { run } = made;
  const session = await made.start();
  await run.signal("idle");
  await expect.poll(() => session.evidence?.().map((one) => one.says), SHOWN).toEqual(["idle", "idle", "idle"]);
  process.kill(run.pid, "SIGSTOP"); // A terminal that hangs.
  run.post("msg-8", "<msg-8> go on");
  const { why } = await run.signal("doubt");
  expect(why).toBe("app-server: working, but title: idle");
  expect(session.evidence?.()).toMatchObject([
    { source: "app-server", says: "working", detail: expect.stringContaining("turn ") as string },
    { source: "title", says: "idle", detail: expect.stringContaining("Ready") as string },
    { source: "screen", says: "idle" },
  ]);
  process.kill(run.pid, "SIGCONT");
  await run.signal("certain");
  await run.signal("idle", { since: run.signals.findIndex(({ type }) => type === "doubt") });
});
