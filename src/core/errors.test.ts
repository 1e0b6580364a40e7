import { expect, it } from "vitest";
import { ClustrError } from "../contract/error.ts";
import { asClustrError } from "./errors.ts";

it("a failure of ours is told as it is; a bug only by the id under which the log has it", () => {
  const logged: unknown[] = [];
  const log = (message: string, details?: Record<string, unknown>) => void logged.push({ message, ...details });
  const ours = new ClustrError("limited", "Too many.");
  expect(asClustrError(ours, log, {})).toBe(ours);
  expect(logged).toEqual([]);

  const bug = new TypeError("cannot read /home/ada/.secret");
  const failure = asClustrError(bug, log, { tool: "x" });
  expect(failure.code).toBe("internal");
  expect(failure.message).not.toContain(".secret");
  const [, id = "none"] = /details under (\w+)\./.exec(failure.message) ?? [];
  expect(logged).toEqual([{ message: "something failed inside", failure: id, tool: "x", error: bug.stack }]);
});
