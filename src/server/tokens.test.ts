import { expect, test } from "vitest";
import { agentToken, personToken, readToken, tokenReader } from "./tokens.ts";

const secret = Buffer.alloc(32, 7);

test("a token says whom it speaks for, and stays the same", () => {
  expect(readToken(secret, agentToken(secret, "w-1", "a.2"))).toEqual({
    kind: "agent",
    workspace: "w-1",
    agent: "a.2",
  });
  expect(readToken(secret, personToken(secret))).toEqual({ kind: "human" });
  expect(agentToken(secret, "w-1", "a.2")).toBe(agentToken(secret, "w-1", "a.2"));
});

test("the same agent id in another workspace is another agent", () => {
  const proof = (token: string) => token.slice(-64);
  expect(proof(agentToken(secret, "one", "a"))).not.toBe(proof(agentToken(secret, "two", "a")));
  expect(readToken(secret, `clustr_two_a_${proof(agentToken(secret, "one", "a"))}`)).toBeUndefined();
});

test("ids that would let a token be read in two ways are never put into one", () => {
  for (const id of ["", "a_b", "a\0b", "a/b", "x".repeat(200)])
    expect(() => agentToken(secret, "w", id)).toThrow(TypeError);
});

test("is read the same however often, by a reader that remembers", () => {
  const read = tokenReader(secret);
  const token = agentToken(secret, "w-1", "a.2");
  const forged = `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`;
  for (let round = 0; round < 3; round++) {
    expect(read(token)).toEqual({ kind: "agent", workspace: "w-1", agent: "a.2" });
    expect(read(personToken(secret))).toEqual({ kind: "human" });
    expect(read(forged)).toBeUndefined();
    expect(read("")).toBeUndefined();
  }
});
