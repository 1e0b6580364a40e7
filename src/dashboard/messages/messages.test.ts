import { expect, test } from "vitest";
import type { Message } from "../../contract/message.ts";
import { firstLine, plainText } from "./plain.ts";
import { isDivider, rowsOf } from "./rows.ts";
import { matches, wantedOf } from "./wanted.ts";

const sent = (seq: number, from: string, to: string, at = "2026-01-01T10:00:00.000Z"): Message => ({
  ...{ id: `m${seq}`, seq, from, to, content: `number ${seq}`, size: 8, urgency: "now", hops: 0, at },
  deliveries: { x: { to, rung: "queued", at } },
});

test("the divider stands before the first message of somebody else that was not read; each day has one of its own", () => {
  const messages = [
    sent(1, "ada", "human"),
    sent(2, "human", "ada"),
    sent(3, "ada", "human"),
    sent(4, "ada", "human", "2026-01-03T10:00:00.000Z"),
  ];
  const kinds = (read: number) => rowsOf(messages, read, false).map((row) => (isDivider(row) ? row.kind : row.id));
  expect(kinds(1)).toEqual(["day", "m1", "m2", "new", "m3", "day", "m4"]);
  expect(kinds(4)).toEqual(["day", "m1", "m2", "m3", "day", "m4"]);
});

test("an address says which messages are meant", () => {
  const all = [sent(1, "ada", "bram"), sent(2, "bram", "ada"), sent(3, "ada", "all"), sent(4, "system", "ada")];
  const found = (address: Record<string, string>) =>
    all.filter((message) => matches(message, wantedOf(address))).map(({ seq }) => seq);
  expect(found({})).toEqual([1, 2, 3, 4]);
  expect(found({ who: "ada" })).toEqual([1, 2, 3, 4]);
  expect(found({ who: "ada,bram" })).toEqual([1, 2]);
  expect(found({ who: "ada", what: "broadcast" })).toEqual([3]);
  expect(found({ what: "system" })).toEqual([4]);
  expect(found({ rung: "read" })).toEqual([]);
  expect(found({ rung: "queued", find: "NUMBER 2" })).toEqual([2]);
  expect(found({ what: "nonsense", rung: "nonsense" })).toEqual([1, 2, 3, 4]);
});

test("a text shows no terminal's escapes and cannot be turned around; other control characters become visible", () => {
  expect(plainText("a\u001b[31mb\u001b[0m\u001b]0;title\u0007c\u202ed\u0000\r\ne")).toBe("abcd\u2400\ne");
  expect(firstLine(`${"😀".repeat(100)}`, 5)).toBe("😀😀…");
});
