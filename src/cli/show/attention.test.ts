import { expect, test } from "vitest";
import { agent, attention, message } from "../../../test/wire/samples.ts";
import { shown } from "../../../test/wire/shown.ts";

const AT = "2030-05-01T11:58:00.000Z";

test("attention: who asks, exactly what, and a command to copy", async () => {
  const items = [
    attention({ answers: ["allow", "always", "deny"], detail: "rm -rf build\nrm -rf \u001b[2Jdist" }),
    attention({
      ...{ id: "q2", agent: "bob", kind: "question", title: "Which colour?", answers: ["option", "text"] },
      options: [{ label: "green", description: "as before" }, { label: "blue" }],
      problem: "the tool did not take it",
    }),
    attention({ id: "q3", agent: "cleo", title: "Trust this folder?", answers: [] }),
    attention({ id: "q4", agent: "dan", kind: "question", title: "Why?", answers: ["text"], answered: true }),
  ];
  expect(await shown(["attention"], "attention.list", items)).toMatchInlineSnapshot(`
    "
    ada  ▲ permission  2m ago  q1
      Run: rm -rf build?
        rm -rf build
        rm -rf dist
      clustr answer q1 allow
      (or: always, deny --reason "…")

    bob  ▲ question  2m ago  q2
      Which colour?
      1  green  as before
      2  blue
      The last answer had no effect: the tool did not take it
      clustr answer q2 1
      (or: 2, "your words")

    cleo  ▲ permission  2m ago  q3
      Trust this folder?
      clustr attach cleo
      (it takes an answer only in its terminal)

    dan  ▲ question  2m ago  q4
      Why?
      An answer is being carried out.
    "
  `);
  expect(await shown(["attention"], "attention.list", [])).toBe("\nNothing waits for you.\n");
});

test("attention: of a very long detail the beginning is shown", async () => {
  const detail = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
  const out = await shown(["attention"], "attention.list", [attention({ detail })], {});
  expect(out).toContain("    line 39\n    … 60 more lines; --json has all\n  clustr answer q1 allow");
});

test("attention: what is put aside says until when, and how it comes back", async () => {
  const out = await shown(["attention"], "attention.list", [attention({ snoozed: "news" })]);
  expect(out).toContain("Put aside until something new of its agent; clustr wake q1 brings it back.");
});

test("handled: when, who asked what, what was answered, and by whom", async () => {
  const one = { id: "q1", agent: "ada", kind: "permission" as const, title: "Run?", at: AT, by: "human" };
  const answers = [
    { ...one, detail: "npm test\u001b[2J\nmore", answer: "deny" as const, words: "not today" },
    { ...one, agent: "bob", answer: "allow" as const, problem: "somebody was faster" },
  ];
  expect(await shown(["handled"], "attention.handled", answers)).toMatchInlineSnapshot(`
    "
    WHEN    AGENT  WHAT      ANSWER           BY
    2m ago  ada    npm test  deny: not today  human
    2m ago  bob    Run?      allow            human, without effect
    "
  `);
  expect(await shown(["handled"], "attention.handled", [])).toBe("\nNothing was answered yet.\n");
});

test("explain: the status, and what each source tells", async () => {
  const told = {
    ...{ name: "ada", status: "running", sure: false, since: AT },
    evidence: [
      { source: "hooks", says: "working", at: AT, detail: "Bash npm test" },
      { source: "title", says: "idle" },
    ],
  };
  expect(await shown(["explain", "ada"], "agent.explain", told)).toMatchInlineSnapshot(`
    "
    ada is running, but its sources disagree: the last believed status stands, since 2m ago.

    SOURCE  SAYS     SINCE   DETAIL
    hooks   working  2m ago  Bash npm test
    title   idle
    "
  `);
  expect(await shown(["explain", "ada"], "agent.explain", { ...told, sure: true, evidence: [] })).toBe(
    "\nada is running, since 2m ago.\nNo source tells anything about it now.\n",
  );
});

test("policies: a table, and each change in one line", async () => {
  const policies = [
    { id: "p1", decision: "deny", tool: "Bash", pattern: "git push*" },
    { id: "p2", decision: "allow", tool: "Edit" },
  ];
  expect(await shown(["policy", "list"], "policy.list", policies)).toMatchInlineSnapshot(`
    "
    ID  DECISION  TOOL  USED ON
    p1  deny      Bash  git push*
    p2  allow     Edit  *
    "
  `);
  expect(await shown(["policy", "list"], "policy.list", [])).toContain("clustr policy set deny Bash 'git push*'");
  expect(await shown(["policy", "set", "deny", "Bash", "git push*"], "policy.set", policies[0])).toBe(
    "\np1: deny Bash on git push*, from now on\n",
  );
  expect(await shown(["policy", "rm", "p1"], "policy.remove", { removed: "p1" })).toBe("\nremoved p1\n");
});

test("interrupt and resume: one line about the agent", async () => {
  const rested = agent({ status: "done", outcome: "finished" });
  for (const word of ["interrupt", "resume"] as const)
    expect(await shown([word, "ada"], `agent.${word}`, rested)).toBe("\nada  ✓ finished  claude, auto, in /project\n");
});

const messages = [
  message({ deliveries: { a1: { to: "ada", rung: "handed", channel: "socket", at: AT } } }),
  message({
    ...{ id: "m2", from: "ada", to: "all", content: "Parser done.\n\nNext: tests.", urgency: "idle" },
    deliveries: {
      a2: { to: "bob", rung: "queued", why: "it is working", at: AT },
      a3: { to: "cleo", rung: "queued", at: "2030-05-01T11:59:00.000Z" },
      human: { to: "human", rung: "answered", at: AT },
    },
  }),
  message({ id: "m0", deliveries: {} }),
];

test("messages --status: the ladder of each recipient, since when and why; counts where there are several", async () => {
  expect(await shown(["messages", "--status"], "message.list", messages)).toMatchInlineSnapshot(`
    "
    human → ada  2m ago  m1
      How far are you?
      ada  handed over  2m ago   by socket

    ada → all  2m ago  m2  idle
      Parser done.
      2 queued · 1 answered
      bob    queued    2m ago   it is working
      cleo   queued    1m ago
      human  answered  2m ago

    human → ada  2m ago  m0
      How far are you?
      settled long ago; its ladder is not kept
    "
  `);
  expect(JSON.parse(await shown(["messages", "--status", "--json"], "message.list", messages))).toMatchObject([
    { id: "m1", counts: { handed: 1 } },
    { id: "m2", counts: { queued: 2, answered: 1 }, deliveries: [{ to: "bob", why: "it is working" }, {}, {}] },
    { id: "m0", counts: {}, deliveries: [] },
  ]);
});

test("messages --status ID: the one message its sender asks about", async () => {
  const status = {
    ...{ id: "m1", to: "ada", at: AT, urgency: "now", counts: { queued: 1 } },
    deliveries: [{ to: "ada", rung: "queued", why: "a dialog is open", at: AT }],
  };
  expect(await shown(["messages", "--status", "m1"], "message.status", status)).toMatchInlineSnapshot(`
    "
    → ada  2m ago  m1
      ada  queued  2m ago   a dialog is open
    "
  `);
  expect(JSON.parse(await shown(["messages", "--status", "m1", "--json"], "message.status", status))).toEqual(status);
});
