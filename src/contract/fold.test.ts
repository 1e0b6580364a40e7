import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event, Fact } from "./event.ts";
import { applyEvent } from "./fold.ts";
import { listOf } from "./mail.ts";
import { emptyView, RECENT_MESSAGES, type View } from "./view.ts";

const at = new Date(1_700_000_000_000).toISOString();
const inboxes = ["a", "b", "human"];

const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .record({ id: fc.constantFrom("m1", "m2", "m3"), inbox: fc.constantFrom(...inboxes) })
    .map(({ id, inbox }): Fact => ({
      type: "message.sent",
      data: { id, to: "x", content: "c", recipients: [{ inbox, name: inbox }] },
    })),
  fc
    .record({
      ids: fc.subarray(["m1", "m2", "m3"]),
      inbox: fc.constantFrom(...inboxes),
      type: fc.constantFrom("message.seen", "message.read"),
    })
    .map(({ type, ...data }) => ({ type, data }) as Fact),
  fc
    .record({ ids: fc.subarray(["m1", "m2"]), inbox: fc.constantFrom(...inboxes) })
    .map((data): Fact => ({ type: "message.handed", data: { ...data, channel: "c" } })),
  fc
    .record({ key: fc.constantFrom("k", "l"), value: fc.string(), revision: fc.nat() })
    .map((data): Fact => ({ type: "context.written", data })),
  fc
    .record({ key: fc.constantFrom("k", "l"), revision: fc.nat() })
    .map((data): Fact => ({ type: "context.removed", data })),
);
const history = fc.array(fact, { maxLength: 60 }).map((facts) =>
  facts.map((each, i): Event => ({
    ...each,
    seq: (i + 1) * 3,
    id: `${i}`,
    at,
    actor: { kind: "human" },
    subject: "s",
  })),
);
const fold = (events: Event[], view = emptyView()): View => events.reduce(applyEvent, view);

describe("the fold", () => {
  it("gives the same view from any split, and a replay changes nothing", () => {
    fc.assert(
      fc.property(history, fc.nat(60), (events, cut) => {
        const whole = fold(events);
        expect(fold(events.slice(cut), fold(events.slice(0, cut)))).toEqual(whole);
        expect(fold(events, whole)).toEqual(whole);
      }),
    );
  });

  it("never changes a view it was given", () => {
    fc.assert(
      fc.property(history, (events) => {
        const views = [emptyView()];
        const before: string[] = [];
        for (const event of events) {
          const last = views.at(-1) ?? emptyView();
          before.push(JSON.stringify(last));
          views.push(applyEvent(last, event));
        }
        expect(views.slice(0, -1).map((view) => JSON.stringify(view))).toEqual(before);
      }),
    );
  });

  it("never moves a message down from seen or read", () => {
    fc.assert(
      fc.property(history, (events) => {
        const best = new Map<string, number>();
        let view = emptyView();
        const order = ["queued", "handed", "seen", "read", "answered"];
        for (const event of events) {
          if (event.type === "message.sent" && listOf(view.messages).some(({ id }) => id === event.data.id)) continue;
          view = applyEvent(view, event);
          for (const { id, deliveries } of listOf(view.messages)) {
            for (const inbox in deliveries) {
              const rung = order.indexOf(deliveries[inbox]?.rung ?? "");
              const was = best.get(`${id} ${inbox}`) ?? 0;
              if (was >= 2) expect(rung).toBeGreaterThanOrEqual(was);
              best.set(`${id} ${inbox}`, Math.max(was, rung));
            }
          }
        }
      }),
    );
  });

  it("stays bounded, yet keeps every message that is still to be delivered", () => {
    let view = emptyView();
    const send = (seq: number, inbox: string): Event => ({
      type: "message.sent",
      data: { id: `m${seq}`, to: "x", content: "y".repeat(20_000), recipients: [{ inbox, name: "x" }] },
      seq,
      id: `${seq}`,
      at,
      actor: { kind: "human" },
      subject: "s",
    });
    for (let seq = 1; seq <= 50; seq++) view = applyEvent(view, send(seq, "waiting"));
    for (let seq = 51; seq <= RECENT_MESSAGES * 3; seq++) view = applyEvent(view, send(seq, "human"));
    expect(listOf(view.messages).length).toBe(RECENT_MESSAGES + 50);
    expect(listOf(view.messages).filter(({ deliveries }) => deliveries["waiting"])).toHaveLength(50);
    expect(Math.max(...listOf(view.messages).map(({ content }) => content.length))).toBeLessThan(10_000);
  });

  it("keeps nothing for an inbox that was removed", () => {
    const sent = Array.from({ length: RECENT_MESSAGES * 2 }, (_, i): Fact => ({
      type: "message.sent",
      data: { id: `m${i}`, to: "a", content: "c", recipients: [{ inbox: "a", name: "a" }] },
    }));
    const facts: Fact[] = [...sent, { type: "agent.removed", data: { id: "a", name: "a" } }];
    const rest = { at, actor: { kind: "human" as const }, subject: "s" };
    const { messages } = fold(facts.map((each, i): Event => ({ ...each, ...rest, seq: i + 1, id: `${i}` })));
    expect(listOf(messages)).toHaveLength(RECENT_MESSAGES);
    expect(listOf(messages).at(-1)?.deliveries["a"]).toMatchObject({ rung: "undeliverable" });
  });

  it("knows who wrote a file last: a rollback is one more change, and taking it back gives the file to its agent again", () => {
    const author = { kind: "agent", agent: "a1" } as const;
    const change = { path: "x", after: { kind: "file", mode: 0o644, blob: "b" } } as const;
    const files = [{ file: 1, change: { path: "x", before: change.after }, operations: [1] }];
    const person = { kind: "person" } as const;
    const facts: Fact[] = [
      { type: "files.changed", data: { changes: [{ seq: 1, author, exact: true, change }] } },
      { type: "files.rolled_back", data: { seq: 2, id: "r", of: author, by: person, files } },
      {
        type: "files.rollback_undone",
        data: { seq: 3, id: "u", rollback: "r", by: person, files: [{ ...files[0], file: 1, operations: [], change }] },
      },
    ];
    const events = facts.map((each, i): Event => ({
      ...{ ...each, seq: i + 1, id: `${i}`, at, actor: { kind: "human" }, subject: "s" },
    }));
    const last = (count: number) => fold(events.slice(0, count)).files.changed;
    expect(last(1)).toEqual([{ path: "x", what: "created", author, at }]);
    expect(last(2)).toEqual([{ path: "x", what: "deleted", author: person, at }]);
    expect(last(3)).toEqual([{ path: "x", what: "created", author, at }]);
  });
});
