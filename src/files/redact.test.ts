import { expect, it } from "vitest";
import { redaction, withoutTexts } from "./redact.ts";

const redact = redaction({ MY_API_KEY: 'planted\\value"1', PATH: "/usr/bin/planted", SHORT_TOKEN: "abc" }, [
  "0123456789abcdef",
]);

it.each([
  ["a token of ours", "clustr_w1.a1.AbCdEfGhIjKlMnOp0123"],
  ["the key they are made from", "0123456789abcdef"],
  ["a value of a variable named like a secret", 'planted\\value"1'],
  ["the same within JSON", JSON.stringify({ x: 'planted\\value"1' })],
  ["a header", "Authorization: Bearer abcdefghijkl"],
  ["a header within JSON", '{"authorization":"Basic dXNlcjpwYXNzd29yZA=="}'],
  ["a subprotocol", "sec-websocket-protocol: bearer.abcdefgh123"],
  ["a login link", "http://127.0.0.1:3100/login?t=AbCdEf_123"],
  ["a model maker's key", `sk-ant-${"x1".repeat(12)}`],
  ["a key of a forge", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"],
  ["a key of a cloud", "AKIAIOSFODNN7EXAMPLE"],
  ["a signed token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"],
  ["a private key", "-----BEGIN RSA PRIVATE KEY-----\\nMIIEow\\n-----END RSA PRIVATE KEY-----"],
])("%s is left out of the log", (_, secret) => {
  const line = redact(`{"level":50,"msg":"failed: ${secret} and on"}`);
  expect(line).toContain("[left out]");
  const core = secret.replace(/.*[ =:."](?=\S{6})/, "");
  expect(line).not.toContain(core);
  expect(line).toContain('{"level":50');
});

it("what is no secret stays as it is", () => {
  const line =
    '{"level":30,"method":"GET","path":"/api/workspaces/w1/agents","status":200,"ms":3,"session":"person","dir":"/usr/bin/planted","x":"abc"}';
  expect(redact(line)).toBe(line);
});

it("what people and agents wrote is left out, however deep", () => {
  expect(withoutTexts({ agent: "a1", content: "hello", call: { task: "x", name: "ada" }, env: { A: "1" } })).toEqual({
    agent: "a1",
    content: "[left out], 5 characters",
    call: { task: "[left out], 1 characters", name: "ada" },
    env: "[left out]",
  });
});
