import { expect, test } from "vitest";
import { shown } from "../../../test/wire/shown.ts";
import { agent, attention, message } from "../../../test/wire/samples.ts";
import { ago, plain } from "./style.ts";

const AT = "2030-05-01T11:58:00.000Z";

const agents = [
  agent({ attention: attention() }),
  agent({ name: "bob", service: "codex", status: "spawning", status_at: "2030-05-01T11:59:59.500Z" }),
  agent({
    name: "Chloé-2",
    status: "done",
    outcome: "finished",
    working_on: "the parser’s error messages, line by line, until all of them say what to do",
  }),
  agent({
    name: "dan",
    status: "done",
    outcome: "failed",
    autonomy: "full",
    reason: "Not logged in.\nRun: claude /login",
    status_at: "2030-04-20T00:00:00.000Z",
  }),
  agent({ name: "eve", sure: false, activity: "\u001b[31mBash\u001b[0m npm test\u001b]0;title\u0007" }),
];

test("agents: a calm table, what needs a person first in words", async () => {
  expect(await shown(["agents"], "agent.list", agents)).toMatchInlineSnapshot(`
    "
    NAME     STATUS       SINCE    SERVICE  AUTONOMY  WHAT
    ada      ▲ needs you  2m ago   claude   auto      Run: rm -rf build?
    bob      ◌ spawning   now      codex    auto      Write tests for the parser
    Chloé-2  ✓ finished   2m ago   claude   auto      the parser’s error messages, …
    dan      ✕ failed     11d ago  claude   full      Not logged in.
    eve      ● running?   2m ago   claude   auto      Bash npm test

    ada waits for you: Run: rm -rf build?
      clustr answer q1 allow
      (or: deny --reason "…")
    "
  `);
});

test("agents through a pipe: nothing is cut, nothing coloured", async () => {
  const out = await shown(["agents"], "agent.list", agents, {});
  expect(out).toContain("until all of them say what to do");
  expect(out).not.toContain("\u001b");
});

test("colours only on a terminal without NO_COLOR", async () => {
  expect(await shown(["agents"], "agent.list", agents, { columns: 80 })).toContain("\u001b[32m● running?");
  expect(await shown(["agents"], "agent.list", agents, { columns: 80, env: { NO_COLOR: "1" } })).not.toContain(
    "\u001b",
  );
  expect(await shown(["agents"], "agent.list", agents, { columns: 80, env: { TERM: "dumb" } })).not.toContain("\u001b");
  expect(await shown(["agents", "--json"], "agent.list", agents, { columns: 80 })).not.toContain("\u001b[32m");
});

test("agents that ended long ago: as others, and how to see earlier ones", async () => {
  const past = await shown(["past"], "agent.past", { agents: agents.slice(0, 1), next: 7 });
  expect(past).toContain(agents[0]?.name);
  expect(past).toContain("--before 7");
  expect(await shown(["past"], "agent.past", { agents: [] })).toContain("Nobody");
});

test("no agents: says how to get one", async () => {
  expect(await shown(["agents"], "agent.list", [])).toMatchInlineSnapshot(`
    "
    No agents yet. Start one with: clustr spawn NAME --task "…"
    "
  `);
});

test("spawn and stop: one line about the agent, and what is wrong with it", async () => {
  expect(await shown(["spawn", "ada", "--task", "x"], "agent.spawn", agent({ status: "spawning" })))
    .toMatchInlineSnapshot(`
    "
    ada  ◌ spawning  claude, auto, in /project
    "
  `);
  expect(await shown(["stop", "dan"], "agent.stop", agents[3])).toMatchInlineSnapshot(`
    "
    dan  ✕ failed  claude, full, in /project
    Not logged in.
    Run: claude /login
    "
  `);
});

test("messages: who, to whom, when, what, and what has become of it", async () => {
  const list = [
    message(),
    message({
      id: "m2",
      from: "ada",
      to: "all",
      content: "Parser done.\n\nNext: tests.",
      size: 2000,
      deliveries: {
        a2: { to: "bob", rung: "queued", why: "a dialog is open", at: AT },
        human: { to: "human", rung: "read", at: AT },
      },
    }),
  ];
  expect(await shown(["messages"], "message.list", list)).toMatchInlineSnapshot(`
    "
    human → ada  2m ago  m1
      How far are you?
      ada: seen

    ada → all  2m ago  m2
      Parser done.

      Next: tests.
      … (2000 bytes in all; --json has the record)
      bob: queued: a dialog is open, human: read
    "
  `);
  expect(await shown(["send", "all", "x"], "message.send", list[1])).toMatchInlineSnapshot(`
    "
    sent m2
    bob    queued: a dialog is open
    human  read
    "
  `);
});

test("context: a table, and a value alone so that it can be piped on", async () => {
  const entry = { key: "api/users", value: '{\n  "id": 1\n}', revision: 3, by: "ada", at: AT, seq: 9 };
  expect(await shown(["context", "list"], "context.list", [entry, { ...entry, key: "日本語", value: "x".repeat(200) }]))
    .toMatchInlineSnapshot(`
    "
    KEY        REV  BY   WHEN    VALUE
    api/users  3    ada  2m ago  {
    日本語     3    ada  2m ago  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
    "
  `);
  expect(await shown(["context", "get", "api/users"], "context.get", entry, {})).toBe('\n{\n  "id": 1\n}\n');
  expect(await shown(["context", "set", "api/users", "x"], "context.write", entry)).toMatchInlineSnapshot(`
    "
    api/users is at revision 3
    "
  `);
  expect(
    await shown(["context", "history", "api/users"], "context.history", [
      entry,
      { ...entry, revision: 2, value: undefined },
    ]),
  ).toMatchInlineSnapshot(`
    "
    REV  BY   WHEN    VALUE
    3    ada  2m ago  {
    2    ada  2m ago  (removed)
    "
  `);
});

test("events: position, time, who, what", async () => {
  const events = [
    {
      seq: 1,
      id: "e1",
      at: AT,
      actor: { kind: "human" },
      subject: "agent/a1",
      type: "agent.spawned",
      data: { agent: { name: "ada", task: "Write tests" }, rules_revision: 0 },
    },
    {
      seq: 12,
      id: "e2",
      at: AT,
      actor: { kind: "agent", id: "a1", name: "ada" },
      subject: "message/m1",
      type: "message.sent",
      data: { to: "human", content: "\u001b[2Jdone\nmore" },
    },
    { seq: 13, id: "e3", at: AT, actor: { kind: "system" }, subject: "x", type: "something.new", data: { unknown: 1 } },
  ];
  expect(await shown(["events"], "event.list", events)).toMatchInlineSnapshot(`
    "
         1  11:58:00  human         agent.spawned         Write tests
        12  11:58:00  ada           message.sent          → human: done
        13  11:58:00  system        something.new
    "
  `);
});

test("the rest", async () => {
  expect(
    await shown(["limits"], "limits.set", {
      live_agents: 12,
      spawn_depth: 2,
      spawns_per_minute: 10,
      messages_per_minute: 60,
      unread_messages: 1000,
    }),
  ).toMatchInlineSnapshot(`
    "
    live agents          12
    spawn depth          2
    spawns per minute    10
    messages per minute  60
    unread messages      1000
    "
  `);
  expect(
    await shown(["link"], "link.create", {
      url: "http://127.0.0.1:3100",
      login: "http://127.0.0.1:3100/?t=abc",
      expires_in_s: 300,
    }),
  ).toMatchInlineSnapshot(`
    "
    http://127.0.0.1:3100/?t=abc
    Works once, within 5 min.
    "
  `);
  expect(await shown(["token", "guest"], "token.create", { url: "http://127.0.0.1:3100/mcp", token: "abc" }))
    .toMatchInlineSnapshot(`
    "
    address  http://127.0.0.1:3100/mcp
    token    abc

    Give both to the agent's MCP configuration (HTTP, "Authorization: Bearer TOKEN"), or run "clustr mcp" there with CLUSTR_URL and CLUSTR_TOKEN set.
    The token is shown only now; it gives an agent's rights in this workspace.
    "
  `);
  expect(await shown(["workspaces"], "workspace.list", [{ id: "w1", name: "project", path: "/project" }]))
    .toMatchInlineSnapshot(`
    "
    ID  NAME     FOLDER
    w1  project  /project
    "
  `);
  expect(
    await shown(["screen", "ada"], "terminal.screen", {
      lines: ["> hello", "", ""],
      cols: 80,
      rows: 3,
      title: "",
      offset: 9,
      exact: true,
    }),
  ).toMatchInlineSnapshot(`
    "
    > hello
    "
  `);
  expect(await shown(["rules", "show"], "rules.read", { text: "# Rules\n", revision: 1, by: "human" }, {})).toBe(
    "\n# Rules\n",
  );
  expect(await shown(["rules", "path"], "rules.path", { path: "/data/rules.md" })).toBe("\n/data/rules.md\n");
  expect(await shown(["rm", "ada"], "agent.remove", { removed: "ada" })).toBe("\nremoved ada\n");
});

test("text of others is shown without anything that drives a terminal or disguises itself", () => {
  expect(plain("a\u001b[31mb\u0007c\u202ed\u0000e\u009bf\rg")).not.toMatch(/[^a-g]/);
  expect(plain("two\n\tlines 👩‍💻 é")).toBe("two\n\tlines 👩‍💻 é");
});

test.each([
  [0, "now"],
  [-5, "now"],
  [59, "59s ago"],
  [61, "1m ago"],
  [7200, "2h ago"],
  [200_000, "2d ago"],
])("%i seconds are %s", (seconds, words) => {
  expect(ago(new Date(1_900_000_000_000 - seconds * 1000).toISOString(), new Date(1_900_000_000_000))).toBe(words);
});
