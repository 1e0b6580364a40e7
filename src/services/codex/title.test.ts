import { expect, it } from "vitest";
import { saysOf, saysOfScreen } from "./title.ts";

it("titles of the TUI tell what it does", () => {
  expect(saysOf("Ready | project")).toBe("idle");
  expect(saysOf("⠹ Working | project")).toBe("working");
  expect(saysOf("[ . ] Action Required | project")).toBe("waiting");
  expect(saysOf("[ ! ] Action Required | project")).toBe("waiting");
  expect(saysOf("bash")).toBeUndefined();
  expect(saysOf("")).toBeUndefined();
});

it("a screen with a dialog waits, whatever stands behind it", () => {
  expect(saysOfScreen("› Say hello.\n\n  Press enter to confirm or esc to cancel")).toBe("waiting");
  expect(saysOfScreen("• Working (2s • esc to interrupt)\n\n› Ask Codex to do anything")).toBe("working");
  expect(saysOfScreen("• Done.\n\n› Ask Codex to do anything")).toBe("idle");
  expect(saysOfScreen("loading")).toBeUndefined();
});
