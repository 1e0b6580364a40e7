import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Event } from "../../src/contract/event.ts";
import type { Ledger } from "../../src/core/ports/ledger.ts";
import { ADA, collect, note, removal, written, type TestFact } from "./ledger-facts.ts";
import { tailSuite } from "./ledger-tail.ts";

const seqs = (events: Event<TestFact>[]) => events.map(({ seq }) => seq);

/** What every ledger promises. `open` gives an empty one. */
export function ledgerSuite(name: string, open: () => Promise<Ledger<TestFact>>): void {
  describe(`${name}: a ledger`, () => {
    const opened: Ledger<TestFact>[] = [];
    const fresh = async () => {
      const ledger = await open();
      opened.push(ledger);
      return ledger;
    };
    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger.close();
    });

    it("is empty at first", async () => {
      const ledger = await fresh();
      expect(await ledger.last()).toBe(0);
      expect(await ledger.read({ limit: 10 })).toEqual([]);
      expect(await ledger.lastOf("note/1")).toBe(0);
      expect(await ledger.find("none")).toBeUndefined();
    });

    it("keeps what was appended, whole and in the order of appending", async () => {
      const ledger = await fresh();
      const before = new Date().toISOString();
      const appended = await Promise.all(
        Array.from({ length: 200 }, (_, i) => ledger.append(note(`${i}`, { subject: `note/${i % 3}` }))),
      );
      const events = appended.map(written);
      expect(events.map(({ data }) => data)).toEqual(events.map((_, i) => ({ text: `${i}` })));
      expect(await ledger.read({ limit: 1000 })).toEqual(events);
      expect(seqs(events)).toEqual(seqs(events).toSorted((a, b) => a - b));
      expect(new Set(seqs(events)).size).toBe(200);
      expect(events[0]).toMatchObject({ type: "note.written", actor: ADA, subject: "note/0" });
      expect(Date.parse(events[0]?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(before));
      expect(events[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      expect(await ledger.last()).toBe(events.at(-1)?.seq);
    });

    it("gives back any text and any JSON unchanged, and shares no object with its caller", async () => {
      const ledger = await fresh();
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary" }), fc.jsonValue(), async (text, extra) => {
          const entry = note(text, { extra });
          const event = written(await ledger.append(entry));
          const expected = JSON.parse(JSON.stringify(entry.data));
          expect(event.data).toEqual(expected);
          expect(await ledger.find(entry.id)).toEqual(event);
          (event.data as { text: string }).text = "changed by the caller";
          expect((await ledger.find(entry.id))?.data).toEqual(expected);
        }),
        { numRuns: 50 },
      );
    });

    it("takes an event of a megabyte", async () => {
      const ledger = await fresh();
      const text = "ж".repeat(1_000_000);
      const event = written(await ledger.append(note(text)));
      expect((await ledger.find(event.id))?.data).toEqual({ text });
    });

    it("refuses what it could not give back", async () => {
      const ledger = await fresh();
      await expect(ledger.append(note("x", { id: "" }))).rejects.toMatchObject({ code: "invalid" });
      await expect(ledger.append(note("x", { id: "\ud800" }))).rejects.toMatchObject({ code: "invalid" });
      await expect(ledger.append(note("x".repeat(17_000_000)))).rejects.toMatchObject({ code: "too_large" });
      expect(await ledger.last()).toBe(0);
    });

    it("writes an id once: a repeat is told which event it repeats, whatever else it says", async () => {
      const ledger = await fresh();
      const event = written(await ledger.append(note("first", { id: "same" }), 0));
      expect(await ledger.append(note("second", { id: "same", subject: "note/2" }))).toEqual({
        outcome: "repeated",
        event,
      });
      expect(await ledger.append(note("first", { id: "same" }), 0)).toEqual({ outcome: "repeated", event });
      expect(await ledger.read({ limit: 10 })).toEqual([event]);
      expect(await ledger.lastOf("note/2")).toBe(0);
    });

    it("writes an id once even when it is appended many times at once", async () => {
      const ledger = await fresh();
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) => ledger.append(note("x", { id: `id/${i % 5}` }))),
      );
      expect(all.filter(({ outcome }) => outcome === "written")).toHaveLength(5);
      expect(all.filter(({ outcome }) => outcome === "repeated")).toHaveLength(45);
      expect(await ledger.read({ limit: 100 })).toHaveLength(5);
    });

    it("lets exactly one of several racers win a compare-and-append, round after round", async () => {
      const ledger = await fresh();
      for (let round = 0, last = 0; round < 10; round++) {
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, i) => ledger.append(note(`${round}/${i}`, { subject: "race" }), last)),
        );
        const [winner, ...others] = all.filter(({ outcome }) => outcome === "written").map(written);
        expect(others).toEqual([]);
        last = winner?.seq ?? 0;
        expect(all.filter(({ outcome }) => outcome === "conflict")).toEqual(
          Array(19).fill({ outcome: "conflict", last }),
        );
        expect(await ledger.lastOf("race")).toBe(last);
      }
    });

    it("compares per subject: another subject's events do not disturb", async () => {
      const ledger = await fresh();
      const [first] = await Promise.all([
        ledger.append(note("a", { subject: "a" }), 0),
        ledger.append(note("b", { subject: "b" }), 0),
      ]);
      const last = written(first).seq;
      await ledger.append(note("b", { subject: "b" }));
      expect((await ledger.append(note("a", { subject: "a" }), last)).outcome).toBe("written");
    });

    it("behaves like a list with two indexes, for any sequence of appends", async () => {
      const command = fc.record({
        id: fc.integer({ min: 0, max: 12 }),
        subject: fc.constantFrom("s", "t"),
        expect: fc.constantFrom("any", "right", "zero"),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
          const ledger = await fresh();
          const model: { id: string; subject: string; seq: number }[] = [];
          const lastOf = (subject: string) => model.findLast((event) => event.subject === subject)?.seq ?? 0;
          for (const { id: number, subject, expect: kind } of commands) {
            const id = `${number}`;
            const expectLast = kind === "any" ? undefined : kind === "zero" ? 0 : lastOf(subject);
            const got = await ledger.append(note("x", { id, subject }), expectLast);
            const outcome = model.some((event) => event.id === id)
              ? "repeated"
              : expectLast !== undefined && expectLast !== lastOf(subject)
                ? "conflict"
                : "written";
            expect(got.outcome).toBe(outcome);
            if (got.outcome === "written") model.push({ id, subject, seq: got.event.seq });
          }
          expect((await ledger.read({ limit: 100 })).map(({ id, subject, seq }) => ({ id, subject, seq }))).toEqual(
            model,
          );
          await ledger.close();
        }),
        { numRuns: 12 },
      );
    });

    it("reads any part: bounds, subject, type, oldest or newest first part", async () => {
      const ledger = await fresh();
      await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          ledger.append(i % 4 === 3 ? removal(`${i}`, `note/${i % 2}`) : note(`${i}`, { subject: `note/${i % 3}` })),
        ),
      );
      const all = await ledger.read({ limit: 1000 });
      expect(all).toHaveLength(60);
      const bound = fc.option(fc.integer({ min: 0, max: 65 }), { nil: undefined });
      const query = fc.record({
        after: bound,
        before: bound,
        limit: fc.integer({ min: 0, max: 70 }),
        subject: fc.constantFrom(undefined, "note/0", "note/1", "none"),
        type: fc.constantFrom(undefined, "note.removed", "note.written"),
        newest: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(query, async ({ after, before, limit, subject, type, newest }) => {
          const matching = all.filter(
            (e) =>
              e.seq > (after ?? 0) &&
              e.seq < (before ?? Infinity) &&
              e.subject === (subject ?? e.subject) &&
              e.type === (type ?? e.type),
          );
          const asked = {
            limit,
            newest,
            ...(after !== undefined && { after }),
            ...(before !== undefined && { before }),
            ...(subject !== undefined && { subject }),
            ...(type !== undefined && { type }),
          };
          expect(await ledger.read(asked)).toEqual(
            limit === 0 ? [] : newest ? matching.slice(-limit) : matching.slice(0, limit),
          );
        }),
        { numRuns: 60 },
      );
    });

    it("reads across large events, forwards and backwards", async () => {
      const ledger = await fresh();
      for (let i = 0; i < 6; i++) await ledger.append(note(`${i}`.repeat(600_000)));
      const first = (events: Event<TestFact>[]) =>
        events.map(({ data }) => ("text" in data ? data.text[0] : "")).join("");
      expect(first(await ledger.read({ limit: 5 }))).toBe("01234");
      expect(first(await ledger.read({ limit: 5, newest: true }))).toBe("12345");
    });

    tailSuite(fresh);

    it("finishes what was appended when it is closed, ends its tails, and then takes nothing more", async () => {
      const ledger = await fresh();
      const tail = collect(ledger.tail(100, new AbortController().signal), 1);
      const appended = Array.from({ length: 20 }, (_, i) => ledger.append(note(`${i}`)));
      await ledger.close();
      expect((await Promise.all(appended)).map(({ outcome }) => outcome)).toEqual(Array(20).fill("written"));
      expect(await tail).toEqual([]);
      expect(await ledger.append(note("late"))).toMatchObject({
        outcome: "unavailable",
        cause: { code: "unavailable" },
      });
      await expect(ledger.last()).rejects.toMatchObject({ code: "unavailable" });
      await expect(ledger.read({ limit: 1 })).rejects.toMatchObject({ code: "unavailable" });
      await ledger.close();
    });
  });
}
