import { expect, test } from "vitest";
import type { ScreenState } from "../../core/ports/screen.ts";
import { askedByMenu, keyOf, readMenu } from "./menu.ts";

const RULE = "─".repeat(80);
const screen = (lines: string[], exact = true): ScreenState => ({
  lines: lines.map((text) => ({ text, dim: [] })),
  cols: 80,
  rows: 24,
  cursor: { x: 0, y: 0, hidden: false },
  title: "",
  epoch: "e",
  offset: 0,
  exact,
});
const PERMISSION = [
  "❯ the task",
  "",
  RULE,
  " Bash command",
  "╌".repeat(80),
  " touch one",
  "╌".repeat(80),
  " Do you want to proceed?",
  " ❯ 1. Yes",
  "   2. Yes, and always allow access to",
  "      /a/long/path from this project",
  "   3. No",
  "",
  " Esc to cancel",
  `${RULE} alice ─`,
];

test("a menu is its rows, what stands above them, and the row the cursor is on", () => {
  expect(readMenu(screen(PERMISSION))).toEqual({
    text: "Bash command\ntouch one\nDo you want to proceed?",
    rows: ["Yes", "Yes, and always allow access to", "No"],
    cursor: 0,
  });
});

test("rows without numbers, and a cursor further down", () => {
  const menu = readMenu(screen([RULE, " Trust?", "   No, exit", " ❯ Yes", "", " Enter to confirm"]));
  expect(menu).toMatchObject({ rows: ["No, exit", "Yes"], cursor: 1 });
});

test("moving the cursor keeps the key, any other text changes it", () => {
  const menu = readMenu(screen(PERMISSION));
  const moved = readMenu(screen(PERMISSION.map((line) => line.replace("❯ 1.", "  1.").replace("  3. No", "❯ 3. No"))));
  const other = readMenu(screen(PERMISSION.map((line) => line.replace("touch one", "touch two"))));
  if (!menu || !moved || !other) throw new Error("no menu was read");
  expect(moved.cursor).toBe(2);
  expect(keyOf(moved)).toBe(keyOf(menu));
  expect(keyOf(other)).not.toBe(keyOf(menu));
  expect(askedByMenu(menu, "permission")).toMatchObject({ title: "Bash command", answers: ["option"] });
});

test("no menu: a composer, a prompt of the conversation alone, a screen that is not exact", () => {
  expect(readMenu(screen([...PERMISSION.slice(0, 2), RULE, "❯ 1. draft", "  2. of a list", RULE]))).toBeUndefined();
  expect(readMenu(screen(["❯ the task", "", "● Done."]))).toBeUndefined();
  expect(readMenu(screen(PERMISSION, false))).toBeUndefined();
});
