import fc from "fast-check";
import { expect, it } from "vitest";
import { countWaiting, emptyMail, listOf, messageById, metIn, trimmed, waitingIn, withMessage } from "./mail.ts";
import { Rung, type Message } from "./message.ts";

const INBOXES = ["a", "b", "human", "constructor"];
const change = fc.record({
  seq: fc.integer({ min: 1, max: 120 }),
  inboxes: fc.subarray(INBOXES, { minLength: 1 }),
  rung: fc.constantFrom(...Rung.options),
  most: fc.option(fc.nat(20)),
});
const at = new Date(0).toISOString();

function message(seq: number, deliveries: Message["deliveries"]): Message {
  const text = { from: "x", to: "y", content: "c", size: 1, urgency: "now" as const, hops: 0, at };
  return { id: `m-${seq}`, seq, ...text, deliveries };
}

it("finds everything where a search of the whole list would, whatever was changed and let go of", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 150 }), (changes) => {
      let mail = emptyMail();
      for (const { seq, inboxes, rung, most } of changes) {
        const was = messageById(mail, `m-${seq}`)?.deliveries ?? {};
        const news = Object.fromEntries(inboxes.map((inbox) => [inbox, { to: inbox, rung, at }]));
        mail = withMessage(mail, message(seq, { ...was, ...news }));
        if (most !== null) mail = trimmed(mail, most);
      }
      const list = listOf(mail);
      expect(list).toEqual(list.toSorted((a, b) => a.seq - b.seq));
      for (const one of list) expect(messageById(mail, one.id)).toBe(one);
      for (const inbox of INBOXES) {
        const on = (...rungs: Rung[]) =>
          list.filter(({ deliveries }) =>
            rungs.some((rung) => Object.hasOwn(deliveries, inbox) && deliveries[inbox]?.rung === rung),
          );
        expect(waitingIn(mail, inbox)).toEqual(on("queued", "handed"));
        expect(metIn(mail, inbox)).toEqual(on("seen", "read", "dropped"));
        expect(countWaiting(mail, inbox)).toBe(on("queued", "handed").length);
      }
    }),
  );
});

it("lets go of the oldest that nobody waits for, and of nothing else", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 80 }), fc.nat(40), (waits, most) => {
      let mail = emptyMail();
      for (const [i, waiting] of waits.entries())
        mail = withMessage(mail, message(i + 1, { a: { to: "a", rung: waiting ? "queued" : "read", at } }));
      const left = listOf(trimmed(mail, most)).map(({ seq }) => seq);
      const over = waits.flatMap((waiting, i) => (waiting ? [] : [i + 1]));
      const kept = over.slice(Math.max(0, over.length - most));
      expect(left).toEqual(waits.flatMap((waiting, i) => (waiting || kept.includes(i + 1) ? [i + 1] : [])));
      const all = trimmed(mail, 0);
      for (const seq of over) expect(messageById(all, `m-${seq}`)).toBeUndefined();
    }),
  );
});
