import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { codex } from "../../src/services/codex/codex.ts";
import { codexRun } from "./codex-run.ts";
import { escalated, shell } from "./codex-tools.ts";
import { RigRun } from "./link.ts";
import { says, times } from "./script.ts";

const SLEEP = shell("sleep 2; echo slept", { yield_time_ms: 10_000 });

describe("after the server was killed and is back", () => {
  it("an agent at rest is taken over: same programs, same conversation, no prompt repeated", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Heard." }] });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    const { pid } = run;
    run.drop();
    const since = run.signals.length;
    await made.start();
    await run.signal("idle", { since });
    run.post("msg-1", "<msg-1> welcome back");
    const request = await model.until(says("<msg-1>"));
    expect(times(request, "Say hello.")).toBe(1);
    await run.signal("seen", { since });
    expect(run.pid).toBe(pid);
    expect(run.started).toHaveLength(2);
    expect(model.turns).toHaveLength(2);
    const [first, second] = run.signals.filter((signal) => signal.type === "session");
    expect(second?.session).toBe(first?.session);
  });

  it("what the person was asked stays theirs, whatever policy was set meanwhile; the next call obeys it", async () => {
    await using made = await codexRun({ steps: [escalated("touch one"), escalated("touch two"), { text: "Done." }] });
    const { run } = made;
    await made.start();
    const { item } = await run.signal("attention");
    run.policies.set("shell", "allow");
    run.drop();
    const since = run.signals.length;
    await made.start();
    expect((await run.signal("attention", { since })).item).toEqual(item);
    await sleep(1_000);
    expect(run.made("one")).toBe(false);
    await run.session?.answer?.(item.key ?? "", { kind: "deny" });
    await run.signal("idle", { since });
    expect([run.made("one"), run.made("two")]).toEqual([false, true]);
    const asked = run.signals.flatMap((signal) => (signal.type === "attention" ? [signal.item.key] : []));
    expect(new Set(asked)).toEqual(new Set([item.key]));
  });

  it("a message that waits in the running turn is neither lost nor doubled", async () => {
    await using made = await codexRun({ steps: [SLEEP, { text: "Done." }] }, { autonomy: "auto" });
    const { run, model } = made;
    const before = await made.start();
    await run.signal("working", { where: ({ activity }) => activity !== undefined });
    const parcel = { id: "msg-2", text: "<msg-2> on the way", fromHuman: false };
    await before.deliver([parcel]);
    run.drop();
    const after = await made.start();
    // The ledger may not know yet that it was handed over: then it is handed over again.
    await after.deliver([parcel]);
    const request = await model.until(says("<msg-2>"));
    expect(times(request, "<msg-2>")).toBe(1);
    await run.signal("seen");
    await run.signal("idle");
    run.drop();
    const since = run.signals.length;
    const last = await made.start();
    await last.deliver([parcel]);
    await run.signal("seen", { since });
    expect(model.turns).toHaveLength(2);
  });

  it("a message that entered the conversation meanwhile is reported as seen, not sent again", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Heard." }] });
    const { run, model } = made;
    const before = await made.start();
    await run.signal("idle");
    const sending = before.deliver([{ id: "msg-3", text: "<msg-3> just in time", fromHuman: false }]);
    // As soon as it is on the wire, before any answer of Codex.
    await expect.poll(() => readFile(join(run.runDir, "codex.json"), "utf8"), { interval: 2 }).toContain("msg-3");
    await new Promise((resolve) => setImmediate(resolve));
    run.drop();
    await sending;
    await made.start();
    await run.signal("seen", { where: ({ messages }) => messages.includes("msg-3") });
    await model.until(says("<msg-3>"));
    // Longer than an answer and a repetition would take.
    await sleep(1_000);
    expect(model.turns.filter(says("<msg-3>")).map((request) => times(request, "<msg-3>"))).toEqual([1]);
  });

  it("a message that never reached Codex is sent from the record", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Heard." }] });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    run.drop();
    const path = join(run.runDir, "codex.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { handed: unknown[] };
    record.handed.push({ id: "msg-4", text: "<msg-4> lost on the way", fromHuman: false });
    await writeFile(path, JSON.stringify(record));
    await made.start();
    await model.until(says("<msg-4>"));
    await run.signal("seen");
  });

  it("an open question is asked again and can still be answered", async () => {
    await using made = await codexRun(
      {
        steps: [escalated("touch made-it"), { text: "Made." }],
      },
      { autonomy: "ask" },
    );
    const { run } = made;
    await made.start();
    await run.signal("attention");
    run.drop();
    const since = run.signals.length;
    await made.start();
    const { item } = await run.signal("attention", { since });
    expect(item.title).toBe("Run touch made-it");
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Would you like to run the following command?");
    await sleep(600); // Codex ignores keys that come right after a question appears.
    run.type("y");
    await run.signal("resolved", { since });
    await run.signal("idle", { since });
  });

  it("a start that was cut short anywhere is finished, and the task goes out once", async () => {
    for (const afterMs of [30, 150, 200, 280]) {
      await using made = await codexRun({ steps: [{ text: "Ready." }] });
      const { run, model } = made;
      const opening = made.start().catch(() => undefined);
      await sleep(afterMs);
      run.drop();
      await opening;
      // What the ledger knows of it by now.
      const known = run.signals.find((signal) => signal.type === "session");
      if (known) run.agent.session = known.session;
      await made.start();
      await run.signal("idle");
      expect(model.turns.map((request) => times(request, "Say hello."))).toEqual([1]);
      expect(run.started).toHaveLength(2);
    }
  });

  it("an earlier conversation goes on in a new run, without its task again and with the new run's permissions", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Heard." }] }, { autonomy: "full" });
    const { run, model } = made;
    await made.start();
    const { session } = await run.signal("session");
    await run.signal("idle");
    await run.stop();
    const agent = { ...run.agent, id: "ag-next", run: 2, autonomy: "ask" as const, session };
    await using next = await RigRun.make(made.place, made.env, agent, []);
    await next.start(codex);
    await next.signal("idle");
    next.post("msg-6", "<msg-6> where were we?");
    const request = await model.until(says("<msg-6>"));
    expect(times(request, "Say hello.")).toBe(1);
    expect(request.messages).toContainEqual({ role: "assistant", text: "Ready." });
    const modes = request.messages.flatMap(({ text }) =>
      [...text.matchAll(/`sandbox_mode` is `([\w-]+)`/g)].map((match) => match[1]),
    );
    expect(modes).toEqual(["danger-full-access", "read-only"]);
    expect(await next.signal("session")).toMatchObject({ session });
    await expect.poll(() => next.shows(), { timeout: 8000 }).toContain("Heard.");
  });

  it("a connection that breaks while everything lives is made again, with nothing lost", async () => {
    await using made = await codexRun({ steps: [SLEEP, { text: "Done." }] }, { autonomy: "auto" });
    const { run, model } = made;
    await using cable = await cableInto(run);
    await made.start();
    await run.signal("working", { where: ({ activity }) => activity !== undefined });
    run.post("msg-5", "<msg-5> through the storm");
    await sleep(3);
    cable.cut();
    await run.signal("seen", { where: ({ messages }) => messages.includes("msg-5") });
    await model.until(says("<msg-5>"));
    await run.signal("idle");
    // On a busy machine the tool may be done before the connection is back: then it comes in a request of its own.
    const [first, ...later] = model.turns.map((request) => times(request, "<msg-5>"));
    expect([first, later.at(-1), Math.max(...later)]).toEqual([0, 1, 1]);
    expect(run.signals.some(({ type }) => type === "failed")).toBe(false);
    await expect.poll(() => run.shows(), { timeout: 10_000 }).toContain("Done.");
  });
});

/** Puts a wire that can be cut between the agent's app-server and all its clients. */
async function cableInto(run: RigRun): Promise<AsyncDisposable & { cut(): void }> {
  const wires = new Set<Socket>();
  const side = run.side.bind(run);
  const cable = createServer((near) => {
    const far = connect(`${path}-far`);
    for (const socket of [near, far]) {
      wires.add(socket);
      socket.on("error", () => undefined).on("close", () => (near.destroy(), far.destroy(), wires.delete(socket)));
    }
    near.pipe(far).pipe(near);
  });
  let path = "";
  run.side = async (name, program) => {
    const url = program.args.find((arg) => name === "app-server" && arg.startsWith("unix://"));
    if (!url) return side(name, program);
    path = url.slice("unix://".length);
    const server = await side(name, {
      ...program,
      args: program.args.map((arg) => (arg === url ? `${url}-far` : arg)),
    });
    while (!existsSync(`${path}-far`)) await sleep(10);
    if (!cable.listening) await new Promise<void>((resolve) => cable.listen(path, resolve));
    return server;
  };
  return {
    cut: () => wires.forEach((wire) => wire.destroy()),
    [Symbol.asyncDispose]: async () => {
      for (const wire of wires) wire.destroy();
      await new Promise((resolve) => cable.close(resolve));
    },
  };
}
