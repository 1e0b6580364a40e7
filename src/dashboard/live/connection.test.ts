import { expect, test } from "vitest";
import { follow, NO_CONNECTION } from "./connection.ts";
import { sayReturn } from "./returned.ts";

const open = { is: "open", since: "2026-01-01T00:00:00Z" } as const;

test("before there ever was contact, none can be lost", () => {
  const waiting = follow(follow(NO_CONNECTION, { is: "connecting" }, 1), { is: "waiting", retryAt: 50 }, 10);
  expect(waiting).toMatchObject({ is: "waiting", lostAt: undefined, retryAt: 50, tries: 1 });
});

test("a loss is dated once, however often it is tried again, and forgotten with the next contact", () => {
  const met = follow(NO_CONNECTION, open, 1);
  const lost = follow(met, { is: "waiting", retryAt: 150 }, 100);
  const again = follow(follow(lost, { is: "connecting" }, 150), { is: "waiting", retryAt: 300 }, 160);
  expect(lost).toMatchObject({ lostAt: 100, since: open.since });
  expect(again).toMatchObject({ is: "waiting", lostAt: 100, retryAt: 300, tries: 1 });
  expect(follow(again, open, 301)).toEqual({ is: "open", tries: 0, met: true, since: open.since });
});

test.each([
  [{ events: 12, restarted: false, before: 3, still: 3 }, "Back. 12 events while away."],
  [{ events: 1, restarted: false, before: 0, still: 0 }, "Back. 1 event while away."],
  [{ events: 0, restarted: false, before: 1, still: 1 }, "Back. Nothing happened while away."],
  [{ events: undefined, restarted: false, before: 1, still: 1 }, "Back. Much happened while away."],
  [
    { events: 2, restarted: true, before: 4, still: 3 },
    "The server was restarted. 3 of 4 agents go on. 2 events while away.",
  ],
  [
    { events: 0, restarted: true, before: 1, still: 1 },
    "The server was restarted. The agent goes on. Nothing happened while away.",
  ],
])("a return %j is told in words", (what, words) => {
  expect(sayReturn(what)).toBe(words);
});
