import { expect, test } from "vitest";
import { parseScript } from "./steps.ts";
import { fillIn, fillText } from "./values.ts";

test("a script is an object, a list of steps, or one step per line", () => {
  const say = { say: "hi" };
  expect(parseScript('{"steps":[{"say":"hi"}]}')).toEqual({ steps: [say], on_message: [] });
  expect(parseScript('[{"say":"hi"},{"say":"hi"}]').steps).toEqual([say, say]);
  expect(parseScript('{"say":"hi"}\n\n{"say":"hi"}\n').steps).toEqual([say, say]);
  expect(parseScript('{"steps":[],"on_message":[{"from":"ada","steps":[{"say":"hi"}]}]}').on_message).toEqual([
    { from: "ada", steps: [say] },
  ]);
});

test.each([
  ["not JSON", "hello there", "It is not JSON"],
  ["a broken line", '{"say":"hi"}\n{"say":}', "Line 2 is not JSON"],
  ["two verbs at once", '[{"say":"hi","sleep":1}]', "step 1 must have exactly one of"],
  ["no verb", '[{"note":"hi"}]', "step 1 must have exactly one of"],
  ["an unknown field", '[{"say":"hi"},{"run":"ls","cwd":"x"}]', 'step 2 (run) has "cwd"'],
  ["a missing field", '[{"write":"a.txt"}]', 'step 1 (write): "text" must be a string'],
  ["a wrong kind", '[{"sleep":"1"}]', 'step 1: "sleep" must be a number'],
  ["a negative time", '[{"sleep":-1}]', "must not be negative"],
  [
    "a wrong step deep inside",
    '[{"repeat":2,"steps":[{"say":1}]}]',
    'step 1 (repeat): "steps" step 1: "say" must be a string',
  ],
  ["a wait for something unknown", '[{"wait":{"about":"x"}}]', 'has "about"'],
  ["a wrong rule", '{"on_message":[{"steps":[{}]}]}', "on_message 1, step 1"],
])("%s is named with its place", (_what, text, problem) => {
  expect(() => parseScript(text)).toThrow(problem);
});

test("texts take in what earlier steps kept", () => {
  const values = new Map<string, unknown>([
    ["me", "ada"],
    ["found", { agents: [{ name: "ben" }], count: 2 }],
  ]);
  expect(fillText("{{me}} sees {{found.agents.0.name}}, {{found.count}}", values)).toBe("ada sees ben, 2");
  expect(fillIn({ all: "{{found.agents}}", deep: ["{{found.count}}"], text: "n={{found.count}}" }, values)).toEqual({
    all: [{ name: "ben" }],
    deep: [2],
    text: "n=2",
  });
  expect(() => fillText("{{nobody}}", values)).toThrow('no earlier step kept "nobody"');
  expect(() => fillText("{{found.constructor}}", values)).toThrow('there is no "constructor"');
});
