import { expect, test } from "vitest";
import { freshIds } from "./fresh-ids.ts";

test("an agent whose id is taken here gets another one, the same wherever it is named; all else stays as it was", () => {
  let made = 0;
  const fresh = freshIds(new Set(["n0t4d8np4w51", "shell"]), () => `new${++made}`);
  expect(fresh(`{"subject":"agent/n0t4d8np4w51","data":{"id":"n0t4d8np4w51","by":"aaaabbbbcccc"}}`)).toBe(
    `{"subject":"agent/new1","data":{"id":"new1","by":"aaaabbbbcccc"}}`,
  );
  expect(fresh("terminals/n0t4d8np4w51.2/exit.json")).toBe("terminals/new1.2/exit.json");
  expect(fresh("a shell, xn0t4d8np4w51, n0t4d8np4w51x")).toBe("a shell, xn0t4d8np4w51, n0t4d8np4w51x");
});
