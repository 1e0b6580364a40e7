import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { callOf } from "../../test/wire/server.ts";
import type { Operation } from "../contract/operation.ts";
import { operations } from "../contract/operations.ts";
import { buildRequest } from "./request.ts";
import { routes } from "./routes.ts";

/** Any text that may stand for one part of a path. */
const part = fc
  .string({ unit: "grapheme", minLength: 1 })
  .filter((text) => text !== "." && text !== ".." && text.isWellFormed());
const value = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((text) => text.isWellFormed()),
  fc.integer(),
  fc.boolean(),
);

/** Any input of an operation, by its field names. Path parts are always given, other fields may be missing. */
function inputs(operation: Operation): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.keys(operation.input.shape);
  const inPath = keys.filter((key) => operation.http.includes(`:${key}`));
  const shape = Object.fromEntries(keys.map((key) => [key, inPath.includes(key) ? part : value]));
  return fc.record(shape, { requiredKeys: inPath });
}

describe.each(Object.entries<Operation>(operations))("%s", (name, operation) => {
  test("any input arrives as it was, at its own operation", () => {
    fc.assert(
      fc.property(inputs(operation), part, (input, workspace) => {
        const { method, path, body } = buildRequest(routes[name as keyof typeof routes], input, workspace);
        // What a URL parser would make of the path on its way must not matter.
        const { pathname, search } = new URL(path, "http://127.0.0.1:3100");
        expect(pathname + search).toBe(path);
        const call = callOf({ method, url: path, headers: {} }, body ?? "");
        const inQuery = method === "GET" || method === "DELETE";
        const sent = inQuery
          ? Object.fromEntries(Object.entries(input).map(([key, given]) => [key, String(given)]))
          : input;
        expect(call).toMatchObject({
          name,
          input: sent,
          workspace: operation.scope === "workspace" ? workspace : undefined,
        });
        expect(Object.keys(call?.input ?? {})).toHaveLength(Object.keys(input).length);
      }),
      { numRuns: 40 },
    );
  });
});

test.each([".", "..", ""])("a name that would change the path is refused before anything is sent: %j", (name) => {
  expect(() => buildRequest(routes["agent.stop"], { name }, "w1")).toThrowError(
    expect.objectContaining({ code: "invalid" }),
  );
  expect(() => buildRequest(routes["agent.list"], {}, name)).toThrowError(expect.objectContaining({ code: "invalid" }));
});

test("fields without value are left out", () => {
  expect(buildRequest(routes["agent.list"], { status: undefined }, "w1")).toEqual({
    method: "GET",
    path: "/api/workspaces/w1/agents",
  });
  expect(buildRequest(routes["message.send"], { to: "ada", content: "x", reply_to: undefined }, "w1").body).toBe(
    '{"to":"ada","content":"x"}',
  );
});
