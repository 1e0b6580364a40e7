import { expect, it } from "vitest";
import { dialogOn, DIALOGS } from "./dialogs.ts";

it("a dialog is known by all of its texts, never by one of them", () => {
  for (const dialog of DIALOGS) {
    expect(dialogOn(dialog.texts.join("\n"))).toBe(dialog);
    if (dialog.texts.length > 1) expect(dialogOn(dialog.texts[0] ?? "")).toBeUndefined();
  }
  expect(dialogOn("Would you like to run the following command?\n› 1. Yes, proceed (y)")).toBeUndefined();
});

it("no key of ours agrees to anything on the first line of a dialog", () => {
  for (const { keys } of DIALOGS) expect(keys?.startsWith("\r")).not.toBe(true);
});
