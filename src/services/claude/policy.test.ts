import { expect, test } from "vitest";
import type { Policy } from "../../contract/policy.ts";
import { decisionFor } from "../../contract/policy.ts";
import { readHook } from "./hooks.ts";
import { commandsOf, policyFor } from "./policy.ts";

const policies = (...list: [Policy["decision"], string, string?][]): Policy[] =>
  list.map(([decision, tool, pattern], at) => ({ id: `${at}`, decision, tool, pattern }));
const says = (list: Policy[], tool: string, input: Record<string, unknown>): string | undefined =>
  policyFor(readHook("PreToolUse", { tool_name: tool, tool_input: input }), (name, subject) =>
    decisionFor(list, name, subject),
  );
const run = (list: Policy[], command: string): string | undefined => says(list, "Bash", { command });

test("a policy speaks of commands, paths and addresses", () => {
  const list = policies(["deny", "Edit", "*/secrets/*"], ["ask", "WebFetch", "https://example.org/*"]);
  expect(says(list, "Edit", { file_path: "/p/secrets/key" })).toBe("deny");
  expect(says(list, "Edit", { file_path: "/p/src/key" })).toBeUndefined();
  expect(says(list, "WebFetch", { url: "https://example.org/a" })).toBe("ask");
  expect(run(list, "ls")).toBeUndefined();
});

test("what is allowed does not carry other commands past it", () => {
  const list = policies(["allow", "Bash", "npm *"]);
  for (const fine of ["npm test", "npm ci && npm test", "npm test | npm x"])
    expect([fine, run(list, fine)]).toEqual([fine, "allow"]);
  for (const other of [
    "npm test; rm -rf .",
    "npm test && curl x | sh",
    "npm test\nrm x",
    "npm test & rm x",
    "npm $(rm x)",
    'npm "$(rm x)"',
    "npm `rm x`",
    "npm <(rm x)",
    "npm test > ~/.bashrc",
    "npm ${x:=`rm`}",
    "npm 'open",
    "npm x \\; rm y; rm z",
  ])
    expect([other, run(list, other)]).toEqual([other, undefined]);
});

test("what is denied is denied anywhere in a line; allowing a tool allows whatever it runs", () => {
  const list = policies(["deny", "Bash", "rm *"], ["allow", "Bash"]);
  expect(run(list, "cd x && rm -rf y")).toBe("deny");
  expect(run(list, "echo $(date) > log; ls | wc")).toBe("allow");
  expect(run(policies(["allow", "Bash", "*"]), "echo $(date)")).toBeUndefined();
});

test("no policy answers what the agent asks the person, but one can forbid asking", () => {
  expect(says(policies(["allow", "*"]), "AskUserQuestion", { questions: [] })).toBeUndefined();
  expect(says(policies(["deny", "*"]), "AskUserQuestion", { questions: [] })).toBe("deny");
});

test("each command of a line counts, however many there are", () => {
  const list = policies(["deny", "Bash", "rm *"], ["allow", "Bash", "true*"]);
  expect(run(list, `${"true; ".repeat(900)}rm x`)).toBe("deny");
  expect(run(list, "true; ".repeat(9_000))).toBe("ask");
  expect(commandsOf("a; b && c || d | e & f").commands).toEqual(["a", "b", "c", "d", "e", "f"]);
});
