import { expect, test } from "vitest";
import type { Attention } from "../../contract/agent.ts";
import type { Event, Fact } from "../../contract/event.ts";
import { entriesOf } from "./entries.ts";
import { typesOf } from "./kinds.ts";

const ada = { kind: "agent", id: "a1", name: "ada" } as const;
const human = { kind: "human" } as const;
const system = { kind: "system" } as const;

let seq = 0;
const event = (fact: Fact, actor: Event["actor"], minute = 0): Event => ({
  ...fact,
  ...{ seq: ++seq, id: `e${seq}`, actor, subject: "x", at: `2026-01-01T10:${String(minute).padStart(2, "0")}:00.000Z` },
});
const wrote = (path: string, minute: number, agent?: string) =>
  event(
    {
      type: "files.changed",
      data: {
        changes: [
          {
            ...{ seq: 1, exact: true, change: { path } },
            author: agent === undefined ? { kind: "person" } : { kind: "agent", agent },
          },
        ],
      },
    },
    system,
    minute,
  );
const status = (is: "running" | "done", activity: string) =>
  event({ type: "agent.status", data: { id: "a1", run: 1, status: is, sure: true, live: true, activity } }, system);
const said = (events: Event[]) =>
  entriesOf(events, new Map([["a1", "ada"]])).map(({ by, does, whom = "", about = "" }) =>
    [by, does, whom, about].filter(Boolean).join(" "),
  );

test("a burst of changes by one author is one entry, until somebody else does something or time passes", () => {
  expect(
    said([wrote("x", 0, "a1"), wrote("y", 0, "a1"), wrote("x", 1, "a1"), wrote("z", 5, "a1"), wrote("z", 5)]),
  ).toEqual(["ada changed 2 files x, y", "ada changed x", "ada changed z", "human changed z"]);
});

test("what an agent is doing moment by moment is no entry, that it stands otherwise is one", () => {
  expect(said([status("running", "one"), status("running", "two"), status("done", ""), status("running", "")])).toEqual(
    ["ada is running", "ada done", "ada is running"],
  );
});

test("a question is told once, however often it is repeated, and so is its answer", () => {
  const item: Attention = {
    ...{ id: "q1", agent: "ada", kind: "question", title: "Which one?", options: [], answers: [] },
    ...{ since: "2026-01-01T10:00:00.000Z", digest: "d" },
  };
  const asks = () => event({ type: "agent.attention", data: { id: "a1", run: 1, item } }, system);
  const answered = event(
    { type: "attention.answered", data: { agent: "a1", item: "q1", answer: { kind: "deny", reason: "too late" } } },
    human,
  );
  expect(said([asks(), asks(), answered])).toEqual(["ada asks Which one?", "human answered ada no: too late"]);
});

test("a message leads to itself, to what it answers and to those it reaches; a terminal's colours are left out", () => {
  const data = { id: "m2", to: "all", content: "\u001b[31mred\u001b[0m\nand more", reply_to: "m1" };
  const recipients = [{ inbox: "human", name: "human" }];
  const [entry] = entriesOf([event({ type: "message.sent", data: { ...data, recipients } }, ada)], new Map());
  expect(entry).toMatchObject({
    ...{ by: "ada", lane: "a1", to: ["human"], about: "red and more", message: "m2", answers: "m1" },
    goal: { room: "messages", message: "m2" },
  });
});

test("somebody who is gone is still called by name", () => {
  const gone = event({ type: "agent.removed", data: { id: "b1", name: "bram" } }, human);
  expect(said([wrote("x", 0, "b1"), gone])).toEqual(["bram changed x", "human removed bram"]);
});

test("all kinds together can be asked of the server at once", () => {
  expect(typesOf([]).join(",").length).toBeLessThanOrEqual(500);
});
