import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import type { Event, Fact } from "../contract/event.ts";
import { applyEvent } from "../contract/fold.ts";
import { emptyView, INVITES, type View } from "../contract/view.ts";
import { memoryLedger } from "../ledger/memory.ts";
import { surplusOf } from "./forgetting.ts";

const NEWEST = 200;
const MOST = 500;

const idOf = (n: number) => `a${String(n).padStart(4, "0")}`;

function spawned(n: number, parent = "human"): Fact {
  const told = { service: "puppet", task: "work", cwd: "/", autonomy: "auto" as const, depth: 0, external: false };
  const agent = { id: idOf(n), name: `agent-${n}`, ...told, spawned_by: parent, spawned_by_id: parent };
  return { type: "agent.spawned", data: { agent, rules_revision: 0 } };
}

function ended(n: number): Fact {
  const end = { status: "done", outcome: "stopped", sure: true, live: false } as const;
  return { type: "agent.status", data: { id: idOf(n), run: 1, ...end } };
}

function mailTo(n: number): Fact {
  const recipients = [{ inbox: idOf(n), name: `agent-${n}` }];
  return { type: "message.sent", data: { id: `m${n}`, to: `agent-${n}`, content: "?", recipients } };
}

function changeBy(n: number): Fact {
  const author = { kind: "agent" as const, agent: idOf(n) };
  const change = { path: `f${n}`, after: { kind: "file" as const, mode: 0o644, blob: "b" } };
  return { type: "files.changed", data: { changes: [{ seq: n + 1, author, exact: true, change }] } };
}

function fold(facts: Fact[], view: View = emptyView()): View {
  return facts.reduce((now, fact) => {
    const seq = now.seq + 1;
    const at = new Date(seq * 1_000).toISOString();
    return applyEvent(now, { ...fact, seq, id: `${seq}`, at, actor: { kind: "human" }, subject: "s" } as Event);
  }, view);
}

/** As the reactor does. */
function forgotten(view: View): View {
  return fold(
    surplusOf(view).map((agent): Fact => ({ type: "agent.forgotten", data: { agent } })),
    view,
  );
}

/** What became of one agent after another: nothing yet, an end, an end with mail or changes that are still open. */
const fates = fc.array(
  fc.record({ end: fc.boolean(), mail: fc.boolean(), change: fc.boolean(), child: fc.boolean() }),
  { minLength: 150, maxLength: 800 },
);

describe("agents that have ended", () => {
  it("leave the view beyond its bound, the oldest first, and those of whom something is open last", () => {
    fc.assert(
      fc.property(fates, fc.boolean(), (all, open) => {
        const facts = all.flatMap(({ end, mail, change, child }, n) => [
          spawned(n, child && n > 0 ? idOf(n - 1) : "human"),
          ...(open && mail ? [mailTo(n)] : []),
          ...(open && change ? [changeBy(n)] : []),
          ...(end || n % 3 > 0 ? [ended(n)] : []),
        ]);
        const before = fold(facts);
        const after = forgotten(before);
        const was = Object.values(before.agents).filter(({ live }) => !live);
        const left = Object.values(after.agents).filter(({ live }) => !live);
        expect(left.length).toBeLessThanOrEqual(MOST);
        expect(Object.values(after.agents).filter(({ live }) => live)).toHaveLength(all.length - was.length);
        for (const { id } of was.slice(-NEWEST)) expect(after.agents[id]).toBeDefined();
        if (was.length <= MOST)
          for (const { id, files } of was)
            if (files || before.messages.inboxes[id]) expect(after.agents[id]).toEqual(before.agents[id]);
        expect(surplusOf(after)).toEqual([]);
        // Nothing of those who left is kept anywhere else, and their mail has an end.
        const gone = was.filter(({ id }) => !after.agents[id]);
        for (const { id } of gone) expect(after.messages.inboxes[id]).toBeUndefined();
      }),
      { numRuns: 15 },
    );
  });

  it("are still listed, page by page, and their names are free; a restart gives the same view", async () => {
    const ledger = memoryLedger<Fact>();
    const count = 330;
    for (let n = 0; n < count; n++)
      for (const fact of [spawned(n), ended(n)])
        await ledger.append({
          ...fact,
          id: `${n}-${fact.type}`,
          actor: { kind: "human" },
          subject: `agent/${idOf(n)}`,
        });
    await using d = await desk(ledger);
    await expect.poll(() => Object.keys(d.workspace.view().agents).length, { timeout: 10_000 }).toBe(NEWEST);
    expect(await d.ask("agent.list", {})).toHaveLength(NEWEST);
    const first = await d.ask("agent.past", { limit: 100 });
    const second = await d.ask("agent.past", { limit: 100, before: first.next });
    expect(second.next).toBeUndefined();
    const names = [...first.agents, ...second.agents].map(({ name }) => name);
    expect(names).toEqual(Array.from({ length: count - NEWEST }, (_, i) => `agent-${count - NEWEST - 1 - i}`));
    expect(second.agents.at(-1)).toMatchObject({ id: idOf(0), outcome: "stopped", live: false });
    await expect(d.ask("agent.restart", { name: "agent-0" })).rejects.toThrow("clustr past");
    await d.spawn("agent-0");
    const before = JSON.stringify(d.workspace.view().agents);
    const seq = d.workspace.view().seq;
    await d.reopen();
    expect(JSON.stringify(d.workspace.view().agents)).toBe(before);
    expect(d.workspace.view().seq).toBe(seq);
  });

  it("that was let go of is found by its name in the timeline", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.ask("agent.stop", { name: "ada" });
    const [ada] = await d.ask("agent.list", {});
    if (!ada) throw new Error("ada is gone");
    const fact: Fact = { type: "agent.forgotten", data: { agent: ada } };
    await d.ledger.append({ ...fact, id: "f", actor: { kind: "system" }, subject: "agents" });
    await expect.poll(() => d.ask("agent.list", {})).toEqual([]);
    const { events } = await d.ask("event.search", { agent: "ada", limit: 50 });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["agent.spawned", "agent.forgotten"]));
    await expect.poll(() => d.terminals.running).toEqual([]);
  });
});

describe("tokens that nobody has joined with", () => {
  it("are valid for the latest only", async () => {
    await using d = await desk();
    for (let n = 0; n <= INVITES; n++) await d.ask("token.create", { name: `guest-${n}` });
    const ids = Object.keys(d.workspace.view().invites);
    expect(ids).toHaveLength(INVITES);
    expect(Object.values(d.workspace.view().invites).map(({ name }) => name)).not.toContain("guest-0");
    const guest = d.workspace.agent(ids[0] ?? "");
    await d.ask("agent.register", {}, guest);
    // Who has joined needs no invitation any more, and keeps none of the others from being valid.
    expect(Object.keys(d.workspace.view().invites)).toHaveLength(INVITES - 1);
    expect(d.workspace.agent(ids[0] ?? "")?.actor).toMatchObject({ name: "guest-1" });
    await d.ask("agent.remove", { name: "guest-1" });
    expect(d.workspace.agent(ids[0] ?? "")).toBeUndefined();
  });
});
