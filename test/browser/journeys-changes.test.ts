import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { journeyStage, WIDTHS, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

const TEN = Array.from({ length: 10 }, (_, line) => `line ${line + 1}\n`).join("");
const COPIES = ["1440", "1024", "390"];

describe.skipIf(CHROMIUM === undefined)("journeys: looking through what was changed, and taking it back", () => {
  const at = journeyStage();
  const path = (name: string) => join(at.stage.clustr.folder, name);
  const text = (name: string) => readFile(path(name), "utf8").catch(() => undefined);
  const files = async (name: string) => (await at.call("change.diff", { name })).files.map((file) => file.path);
  const confirm = (page: Page) =>
    page
      .getByRole("dialog")
      .getByRole("button", { name: /^Roll back \d/ })
      .click();
  const undo = (page: Page) => page.getByRole("button", { name: "Undo" }).last().click();

  /** A project without git: a file of every kind, changed by ada in every way there is; bram comes after in one of them. */
  beforeAll(async () => {
    const { stage } = at;
    for (const name of ["gone.txt", "moved.txt", ...COPIES.map((copy) => `two-${copy}.txt`)])
      await stage.write(name, TEN);
    await stage.write("windows.txt", "one\r\ntwo\r\nthree\r\n");
    await stage.write("open-end.txt", "one\ntwo");
    await stage.write("picture.bin", new Uint8Array([0, 1, 2, 3]));
    await stage.agent("ada", [
      { write: "fresh.txt", text: "made by ada\n" },
      { run: "rm gone.txt" },
      { run: "mv moved.txt elsewhere.txt" },
      { run: "printf '\\000\\377\\000' > picture.bin" },
      { edit: "windows.txt", replace: "two", by: "TWO" },
      { edit: "open-end.txt", replace: "two", by: "two, and more" },
      ...COPIES.flatMap((copy) => [
        { edit: `two-${copy}.txt`, replace: "line 2\n", by: "line 2, by ada\n" },
        { edit: `two-${copy}.txt`, replace: "line 8\n", by: "line 8, by ada\n" },
      ]),
      { sleep: 600 },
    ]);
    await vi.waitFor(async () => expect(await files("ada")).toHaveLength(9), { timeout: 30_000, interval: 200 });
    await stage.agent("bram", [
      ...COPIES.map((copy) => ({ edit: `two-${copy}.txt`, replace: "line 8, by ada", by: "line 8, by bram" })),
      { sleep: 600 },
    ]);
    await vi.waitFor(async () => expect(await files("bram")).toHaveLength(3), { timeout: 30_000, interval: 200 });
  }, 90_000);

  test.each(WIDTHS)(
    "11: hunk by hunk at $name px: what others changed since is held, the rest goes back and comes again",
    async (width) => {
      const name = `two-${width.name}.txt`;
      const page = await at.visit(`changes?agent=ada&file=${name}`, width);
      const was = await text(name);
      await page.getByText("changed since").first().waitFor();
      expect(await page.getByRole("button", { name: "Roll back hunk 2" }).count()).toBe(0);
      await page.getByRole("button", { name: "Roll back hunk 1" }).click();
      await confirm(page);
      await soon(() => text(name)).toBe(was?.replace("line 2, by ada", "line 2"));
      await undo(page);
      await soon(() => text(name)).toBe(was);
      await page.getByRole("button", { name: "Roll back hunk 1" }).waitFor();
      await page.getByRole("checkbox", { name: "Viewed" }).check();
      if (width.name !== "390") {
        await page.getByRole("button", { name: "Split" }).click();
        await page.locator(".code[data-split]").first().waitFor();
      }
      await at.arrived(page, `held-${width.name}`);
      await page.reload();
      await page.getByRole("checkbox", { name: "Viewed", checked: true }).waitFor();
    },
  );

  test.each([
    ["fresh.txt", "created", undefined],
    ["gone.txt", "deleted", TEN],
    ["elsewhere.txt", "moved", undefined],
    ["picture.bin", "A binary file was changed", "\0\u0001\u0002\u0003"],
    ["windows.txt", "TWO", "one\r\ntwo\r\nthree\r\n"],
    ["open-end.txt", "two, and more", "one\ntwo"],
  ])("11: %s is shown as what it is and is as before when its file is rolled back", async (name, shown, before) => {
    const page = await at.visit(`changes?agent=ada&file=${name}`);
    await page
      .getByRole("region", { name: `Changes in ${name}` })
      .getByText(shown)
      .first()
      .waitFor();
    const now = await text(name);
    await page.getByRole("button", { name: "Roll back file…" }).click();
    await confirm(page);
    await soon(() => text(name)).toBe(before);
    if (name === "elsewhere.txt") await soon(() => text("moved.txt")).toBe(TEN);
    await undo(page);
    await soon(() => text(name)).toBe(now);
    await at.arrived(page, `changed-${name}`);
  });

  test("11: an agent is rolled back whole after its plan was read; the tree and the count follow, and z undoes it", async () => {
    const page = await at.visit("files?path=fresh.txt");
    await page.getByLabel("Text of fresh.txt").getByText("made by ada").waitFor();
    await page.getByRole("tab", { name: /^Changes \d/ }).click();
    await page.getByRole("button", { name: "Roll back…" }).click();
    await page.getByRole("dialog").getByText("Left as they are").waitFor();
    await at.arrived(page, "plan");
    await confirm(page);
    await soon(() => existsSync(path("fresh.txt"))).toBe(false);
    expect(await text("gone.txt")).toBe(TEN);
    expect(await text(`two-1440.txt`)).toContain("by bram");
    await page.getByRole("tab", { name: "Changes 3", exact: true }).waitFor();
    await page.getByRole("tab", { name: "Files" }).click();
    await page.getByRole("treeitem", { name: "gone.txt" }).waitFor();
    await soon(() => page.getByRole("treeitem", { name: "fresh.txt" }).count()).toBe(0);
    await page.keyboard.press("z");
    await page.getByRole("treeitem", { name: "fresh.txt" }).waitFor();
    expect(await text("fresh.txt")).toBe("made by ada\n");
    await at.arrived(page, "undone");
  });
});
