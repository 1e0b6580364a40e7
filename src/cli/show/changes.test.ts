import { expect, test } from "vitest";
import { showRollback } from "./changes.ts";
import type { Style } from "./style.ts";

const style: Style = { columns: undefined, now: new Date(0), home: undefined, paint: (_color, text) => text };

test("a file's name cannot pass for a line of ours", () => {
  const file = { what: "deleted" as const, added: 0, removed: 1, choices: [] };
  const shown = showRollback({ dry_run: false, id: "r", files: [{ ...file, path: "x\n- other.txt" }] }, style);
  expect(shown.split("\n").filter((line) => line.startsWith("- "))).toEqual(["- x\u240a- other.txt  +0 −1"]);
});
