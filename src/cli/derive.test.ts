import { afterEach, beforeEach, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";
import { operations } from "../contract/operations.ts";
import { derivedCommands, type Derived } from "./derive.ts";
import { flagOf, type Field } from "./fields.ts";

let server: WireServer;
let home: Home;

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  server.answer("attention.list", () => []);
  home = new Home().serve(server);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

/** A value that the field accepts, as typed on a command line and as it must arrive. */
function sample(field: Field): { typed: string; arrives: unknown } {
  if (field.kind === "integer") return { typed: "7", arrives: 7 };
  if (field.kind === "object") {
    const value = field.key === "window" ? { workspace: "w1", left: 300 } : { "agent.spawn": "ctrl+n" };
    return { typed: JSON.stringify(value), arrives: value };
  }
  // A path: what stands for one in the current folder is made absolute before it is sent.
  const place = field.key === "file" || field.key === "into" ? "/" : "";
  const text =
    field.choices?.[1] ??
    (field.key === "name" || field.key === "to" ? "ada" : `${place}some ${field.key}: "ü" & <more>`);
  return { typed: text, arrives: text };
}

function sampleLine(
  { words, positionals, flags }: Derived,
  fields: Field[],
): { line: string[]; input: Record<string, unknown> } {
  const given = [...positionals, ...flags].filter((field) => fields.includes(field));
  const line = [...words];
  for (const field of flags)
    if (fields.includes(field))
      line.push(flagOf(field.key), ...(field.kind === "boolean" ? [] : [sample(field).typed]));
  for (const field of positionals) if (fields.includes(field)) line.push(sample(field).typed);
  return {
    line,
    input: Object.fromEntries(
      given.map((field) => [field.key, field.kind === "boolean" ? true : sample(field).arrives]),
    ),
  };
}

/** Query parameters are text; their server reads numbers from it. */
function asSent(derived: Derived, input: Record<string, unknown>): Record<string, unknown> {
  const inQuery = /^(GET|DELETE)/.test(derived.operation.http);
  return inQuery ? Object.fromEntries(Object.entries(input).map(([key, value]) => [key, String(value)])) : input;
}

const commands = derivedCommands();

test("every operation that the contract gives a command has one", () => {
  expect(commands.map(({ name }) => name)).toEqual(
    Object.entries(operations)
      .filter(([, operation]) => "command" in operation && operation.command)
      .map(([name]) => name),
  );
  expect(commands.length).toBeGreaterThan(15);
});

test.each(commands.map((derived) => [derived.words.join(" "), derived] as const))(
  "%s sends exactly what was typed, with all fields and with the least",
  async (_words, derived) => {
    server.answer(derived.name, ({ input }) => ({ echo: input }));
    const all = [...derived.positionals, ...derived.flags];
    for (const fields of [all, all.filter((field) => field.required)]) {
      const { line, input } = sampleLine(derived, fields);
      const { code, out, err } = await home.run([...line, "--json"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const call = server.calls.at(-1);
      expect(call).toEqual({
        name: derived.name,
        input: asSent(derived, input),
        workspace: derived.operation.scope === "workspace" ? "w1" : undefined,
        authorization: `Bearer ${server.token}`,
      });
      expect(JSON.parse(out)).toEqual({ echo: asSent(derived, input) });
      expect(out.endsWith("\n") && out.indexOf("\n") === out.length - 1).toBe(true);
    }
  },
);

test.each(
  commands
    .filter(
      (derived) => derived.positionals.some((field) => field.required) || derived.flags.some((field) => field.required),
    )
    .map((derived) => [derived.words.join(" "), derived] as const),
)("%s without what it needs says what is missing, and sends nothing", async (_words, derived) => {
  const { code, out, err } = await home.run(derived.words);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toMatch(/^clustr: .*missing.*\n$/i);
  expect(server.calls).toEqual([]);
});

test.each(commands.map((derived) => [derived.words.join(" "), derived] as const))(
  "%s --help explains every argument and flag",
  async (_words, derived) => {
    const { code, out } = await home.run([...derived.words, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(derived.operation.summary.split(" ").slice(0, 4).join(" "));
    for (const field of derived.flags) expect(out).toContain(flagOf(field.key));
    for (const field of derived.positionals) expect(out).toMatch(new RegExp(`[<[]${field.key}[>\\]]`));
    expect(out).toContain("--json");
    expect(out).toContain("--workspace");
  },
);

test.each([
  [["events", "--limit", "many"], "--limit takes a whole number"],
  [["events", "--limit", "1.5"], "--limit takes a whole number"],
  [["events", "--limit", "0"], "--limit: "],
  [["agents", "--status", "asleep"], "--status is one of spawning, running, done"],
  [["spawn", "human", "--task", "x"], "NAME: "],
  [["spawn", "../x", "--task", "x"], "NAME: A name starts with"],
  [["context", "get", "two\nlines"], "KEY: A key is one line"],
  [["send", "ada", ""], "CONTENT: "],
  [["send", "ada", "two", "words"], "too many arguments"],
  [["agents", "--statsu", "done"], "unknown option '--statsu'"],
  [["context", "lst"], "unknown command 'lst'"],
  [["stop"], "missing required argument 'name'. See \"clustr stop --help\"."],
  [["context", "get"], "missing required argument 'key'. See \"clustr context get --help\"."],
  [["resume"], 'Missing NAME. See "clustr resume --help".'],
  [["resume", "ada", "--all"], "Name one agent, or say --all, not both."],
  [["settings", "--auto-resume", "maybe"], "--auto-resume is one of on, off"],
])("wrong use is named before anything is sent: %j", async (line, message) => {
  const { code, out, err } = await home.run(line);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(`clustr: `);
  expect(err).toContain(message);
  expect(err.split("\n")).toHaveLength(2);
  expect(server.calls).toEqual([]);
});

test("texts come from standard input or a file, whole and only once", async () => {
  server.answer("message.send", ({ input }) => input);
  server.answer("rules.update", ({ input }) => input);
  server.answer("agent.spawn", ({ input }) => input);
  server.answer("context.write", ({ input }) => input);
  home.file("text.md", "from a file\n");
  const file = `${home.path}/text.md`;
  const sent = async (line: string[], stdin = ""): Promise<unknown> =>
    JSON.parse((await home.run(["--json", ...line], { stdin })).out);
  expect(await sent(["send", "ada", "-"], "line 1\nline 2\n")).toEqual({ to: "ada", content: "line 1\nline 2" });
  expect(await sent(["send", "ada", "--file", "-"], "piped\n")).toEqual({ to: "ada", content: "piped" });
  expect(await sent(["send", "ada", "--", "-v is a flag"])).toEqual({ to: "ada", content: "-v is a flag" });
  expect(await sent(["context", "set", "key", "-"], "värde")).toEqual({ key: "key", value: "värde" });
  expect(await sent(["rules", "set", "--file", file])).toEqual({ text: "from a file\n" });
  expect(await sent(["spawn", "ada", "--task-file", file])).toEqual({ name: "ada", task: "from a file\n" });
  expect(await home.run(["send", "ada", "direct", "--file", file])).toMatchObject({
    code: 2,
    err: expect.stringContaining("given twice"),
  });
  expect(await home.run(["rules", "set", "--file", "no-such-file"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("cannot be read (ENOENT); nothing was sent"),
  });
});

test("a flag that is only yes or no can say no; JSON that is none is named before anything is sent", async () => {
  server.answer("preferences.set", ({ input }) => ({ echo: input }));
  const said = await home.run(["preferences", "set", "--no-letters", "--keys", '{"agent.spawn": null}', "--json"]);
  expect({ code: said.code, err: said.err }).toEqual({ code: 0, err: "" });
  expect(server.calls.at(-1)).toMatchObject({ input: { letters: false, keys: { "agent.spawn": null } } });
  const before = server.calls.length;
  const refused = await home.run(["preferences", "set", "--keys", "agent.spawn=x"]);
  expect(refused.err).toMatch(/--keys takes JSON/);
  expect(refused.code).not.toBe(0);
  expect(server.calls).toHaveLength(before);
});
