import { expect, test } from "vitest";
import type { ScreenState } from "../../core/ports/screen.ts";
import { readComposer } from "./composer.ts";
import { startScreenOf } from "./start-screens.ts";

/** A screen with these lines; `«…»` marks what is drawn dim. The cursor is at the start of the composer's text. */
function screen(...texts: string[]): ScreenState {
  const lines = texts.map((marked) => {
    const start = marked.indexOf("«");
    const end = marked.indexOf("»");
    return { text: marked.replaceAll(/[«»]/g, ""), dim: start < 0 ? [] : ([[start, end - 1]] as [number, number][]) };
  });
  return {
    lines,
    cols: 120,
    rows: lines.length,
    cursor: { x: 2, y: texts.findIndex((text) => text.startsWith("❯\u00a0")), hidden: false },
    title: "",
    epoch: "e",
    offset: 0,
    exact: true,
  };
}

const RULE = "─".repeat(100);
const NAMED = `${"─".repeat(90)} alice ─`;
const FOOT = "  ⏸ manual mode on · ? for shortcuts · ← for agents";

test("the composer is empty, holds a draft, or holds several lines of one", () => {
  expect(readComposer(screen("● Done.", NAMED, "❯\u00a0", RULE, FOOT))).toEqual({ text: "" });
  expect(readComposer(screen("● Done.", NAMED, "❯\u00a0half a thought", RULE, FOOT))).toEqual({
    text: "half a thought",
  });
  expect(readComposer(screen(NAMED, "❯\u00a0[Pasted text #1 +4 lines]", "  and more", RULE, FOOT))?.text).toContain(
    "and more",
  );
});

test("ghost text is not a draft, and text of the same words is", () => {
  expect(readComposer(screen(NAMED, "❯\u00a0O«nce fixed, resend your message»", RULE, FOOT))).toEqual({ text: "" });
  expect(readComposer(screen(NAMED, "❯\u00a0Once fixed, resend your message", RULE, FOOT))).toEqual({
    text: "Once fixed, resend your message",
  });
});

test("a dialog is no composer", () => {
  expect(
    readComposer(
      screen(
        RULE,
        " Bash command",
        "   npm --version",
        " Do you want to proceed?",
        " ❯ 1. Yes",
        "   2. No",
        " Esc to cancel",
      ),
    ),
  ).toBeUndefined();
  expect(
    readComposer(screen("❯ an earlier prompt", RULE, " Which colour?", " ❯ 1. Red", RULE, "   4. Chat about this")),
  ).toBeUndefined();
  expect(readComposer(screen("", "", ""))).toBeUndefined();
});

test("start screens are told apart, and what a model prints is not one of them by a word alone", () => {
  const name = (...lines: string[]): string | undefined => startScreenOf(lines.join("\n"))?.name;
  expect(
    name(
      " Quick safety check: Is this a project you created or one you trust?",
      " ❯ No, exit",
      "   Yes, I trust this folder",
    ),
  ).toBe("folder trust");
  expect(name("  New MCP server found in this project: theirs", "  ❯ Continue without using this MCP server")).toBe(
    "project server",
  );
  expect(name("  Detected a custom API key in your environment", "  ❯ No (recommended)")).toBe("API key");
  expect(name("  WARNING: Claude Code running in Bypass Permissions mode", "  ❯ No, exit", "    Yes, I accept")).toBe(
    "no permissions",
  );
  expect(name("Choose the text style that looks best with your terminal")).toBe("first visit");
  expect(name("● I trust this folder to be fine.")).toBeUndefined();
});
