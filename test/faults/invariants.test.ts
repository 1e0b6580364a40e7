import { describe, expect, it } from "vitest";
import type { Event } from "../../src/contract/event.ts";
import type { Remembered } from "./acknowledgements.ts";
import { contextHeld } from "./invariants/context.ts";
import { cursorHeld } from "./invariants/cursor.ts";
import { marksHeld } from "./invariants/marks.ts";
import { mailHeld } from "./invariants/messages.ts";
import type { Story } from "./story.ts";
import type { World } from "./world.ts";

/** A story of one sender, one reader and one key, all as it should be; `change` makes something of it wrong. */
function violated(change: (story: Story) => void): string[] {
  const events = [
    event("message.sent", { id: "m-1", to: "listener", content: "ann>listener#1" }),
    event("message.sent", { id: "m-2", to: "listener", content: "ann>listener#2" }),
    event("message.sent", { id: "m-3", to: "bob", content: "ann>bob#1" }),
    event("agent.joined", { agent: { name: "bob" } }, { kind: "agent", id: "b", name: "bob" }),
    event("message.read", { ids: ["m-3"], inbox: "b" }),
    event("context.written", { key: "shared", value: "ann/1", revision: 1 }),
    event("context.written", { key: "shared", value: "bob/1", revision: 2 }),
  ].map((each, i) => ({ ...each, seq: i + 1, id: `e-${i + 1}` })) as Event[];
  const calls = [
    call("message.send", { to: "listener", content: "ann>listener#1" }, { seq: 1, id: "m-1" }),
    call("message.send", { to: "listener", content: "ann>listener#2" }, { seq: 2, id: "m-2" }),
    call("message.send", { to: "bob", content: "ann>bob#1" }, { seq: 3, id: "m-3" }),
    call("message.inbox", {}, { messages: [{ id: "m-3" }] }, { caller: "bob" }),
    call("context.write", { key: "shared", value: "ann/1", expect_revision: 0 }, { revision: 1 }),
    call("context.write", { key: "shared", value: "bob/1", expect_revision: 1 }, { revision: 2 }),
  ].map((each, i) => ({ ...each, id: `c-${i}`, began: i * 10, ended: i * 10 + 5 }));
  const found: string[] = [];
  const violate = (invariant: string): void => void found.push(invariant);
  const expects = (invariant: string, holds: boolean): void => void (holds || violate(invariant));
  const world = { violate, expect: expects, followed: [...events], journalsWhole: true } as unknown as World;
  const agents = [{ name: "listener", live: true, run: 1 }] as Story["agents"];
  const story = { world, calls, events, agents, heard: ["ann>listener#1", "ann>listener#2"] };
  change(story);
  for (const held of [mailHeld, marksHeld, contextHeld, cursorHeld]) held(story);
  return [...new Set(found)].toSorted();
}

function event(type: string, data: object, actor: object = { kind: "agent", id: "a", name: "ann" }): object {
  return { type, data, actor };
}

function call(operation: string, input: object, answer: object, more: Partial<Remembered> = {}): Remembered {
  return { operation, input, answer, caller: "ann", outcome: "ok", broken: false, ...more } as Remembered;
}

/** One of several, which a story surely has. */
const nth = <T>(list: readonly T[], at: number): T => list[at] as T;

describe("the invariants", () => {
  it("hold for a story in which all is well", () => {
    expect(violated(() => {})).toEqual([]);
  });

  it.each<[string, string, (story: Story) => void]>([
    ["I1", "an acknowledged message is lost", ({ events, world }) => both(events, world, (list) => list.splice(2, 1))],
    ["I1", "a message never reaches a living agent", ({ heard }) => heard?.pop()],
    ["I2", "a message reaches an agent twice", ({ heard }) => heard?.push("ann>listener#2")],
    ["I3", "a repeated call happened twice", ({ events }) => events.push(nth(events, 0))],
    ["I3", "a refused message was sent", ({ calls }) => (nth(calls, 0).outcome = "refused")],
    ["I4", "a message is marked read twice", ({ events }) => events.push(nth(events, 4))],
    ["I4", "a fetch gives what another had marked", ({ calls }) => calls.push(nth(calls, 3))],
    ["I4", "a fetch marks nothing", ({ events, world }) => both(events, world, (list) => list.splice(4, 1))],
    ["I5", "messages change places", ({ heard }) => heard?.reverse()],
    ["I6", "two writes win one revision", ({ calls }) => (nth(calls, 5).answer = { revision: 1 })],
    ["I6", "a refused write is there", ({ calls }) => (nth(calls, 4).outcome = "refused")],
    ["I6", "a later write is older", ({ calls }) => Object.assign(nth(calls, 4), { began: 900, ended: 950 })],
    ["I8", "a viewer misses an event", ({ world }) => world.followed.splice(3, 1)],
    ["I8", "a viewer sees an event twice", ({ world }) => world.followed.splice(3, 0, nth(world.followed, 3))],
    ["I8", "the ledger has a hole", ({ events }) => events.splice(3, 1)],
  ])("%s is violated when %s", (invariant, _, change) => {
    expect(violated(change)).toContain(invariant);
  });

  it("let a call of unknown outcome have happened, or not", () => {
    expect(violated(({ calls }) => (nth(calls, 2).outcome = "unknown"))).toEqual([]);
    const message = { to: "bob", content: "ann>bob#2" };
    expect(violated(({ calls }) => calls.push(call("message.send", message, {}, { outcome: "unknown" })))).toEqual([]);
  });
});

/** What the ledger never had, no viewer saw. */
function both(events: Event[], { followed }: World, change: (list: Event[]) => void): void {
  change(events);
  change(followed);
}
