import fc from "fast-check";
import { expect, test } from "vitest";
import { decisionFor, type Decision, type Policy } from "./policy.ts";

let ids = 0;
function policy(decision: Decision, tool: string, pattern?: string): Policy {
  return { id: `p${++ids}`, decision, tool, ...(pattern === undefined ? {} : { pattern }) };
}

test("of all policies that match the strictest decides, wherever it stands", () => {
  const all = [policy("allow", "*"), policy("deny", "Bash", "git push*"), policy("ask", "Bash", "git *")];
  for (const policies of [all, all.toReversed()]) {
    expect(decisionFor(policies, "Bash", "git push origin")).toBe("deny");
    expect(decisionFor(policies, "Bash", "git status")).toBe("ask");
    expect(decisionFor(policies, "Bash", "npm test")).toBe("allow");
    expect(decisionFor(policies, "Edit", "git push")).toBe("allow");
  }
  expect(decisionFor(all.slice(1), "Edit", "a.txt")).toBeUndefined();
});

test.each([
  ["Bash", "Bash", true],
  ["Bash", "bash", false],
  ["Bash", "BashOutput", false],
  ["mcp__*__send", "mcp__mail__send", true],
  ["*", "", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["a.c", "abc", false],
  ["**", "anything", true],
])("the tool %j names %j: %s", (pattern, tool, does) => {
  expect(decisionFor([policy("deny", pattern)], tool, "x")).toBe(does ? "deny" : undefined);
});

test.each([
  ["git *", "git status; rm -r src"],
  ["git *", "git log $(rm -r src)"],
  ["npm test*", "npm test > package.json"],
  ["src/*", "src/../.ssh/id"],
])("allowing %j does not allow %j; asking for it or denying it does hold", (pattern, subject) => {
  expect(decisionFor([policy("allow", "*", pattern)], "Bash", subject)).toBeUndefined();
  for (const decision of ["ask", "deny"] as const)
    expect(decisionFor([policy(decision, "*", pattern)], "Bash", subject)).toBe(decision);
});

test("a pattern means what the same words with .* for * mean to a regular expression", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "\n", "$"), maxLength: 8 });
  fc.assert(
    fc.property(word.filter(Boolean), word, (pattern, text) => {
      const source = pattern
        .split("*")
        .map((part) => part.replace(/[.$]/g, "\\$&"))
        .join("[^]*");
      const wanted = new RegExp(`^(?:${source})$`).test(text);
      expect(decisionFor([policy("ask", "*", pattern)], "Bash", text)).toBe(wanted ? "ask" : undefined);
    }),
    { numRuns: 2000 },
  );
});

test("no pattern takes long, however it is made", () => {
  const began = performance.now();
  expect(decisionFor([policy("deny", "*", "a*".repeat(900) + "b")], "Bash", "a".repeat(100_000))).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(500);
});

test.each([
  ["git *", "git status", true],
  ["git *", "git status; rm -rf x", false],
  ["git *", "git log\nrm -rf x", false],
  ["git *", "git log $(rm x)", false],
  ["git *", "git log > /etc/passwd", false],
  ["npm test && npm run *", "npm test && npm run lint", true],
  ["npm test && npm run *", "npm test && npm run lint && rm x", false],
  ["/p/*", "/p/a..b/c", true],
  ["/p/*", "/p/../../.ssh/id_rsa", false],
  ["/p/*", "/p/..", false],
  ["rm -r ../x", "rm -r ../x", true],
])("what %j allows of %j: %s", (pattern, subject, does) => {
  expect(decisionFor([policy("allow", "*", pattern)], "Bash", subject)).toBe(does ? "allow" : undefined);
  expect(decisionFor([policy("deny", "*", pattern)], "Bash", subject)).toBe("deny");
});
