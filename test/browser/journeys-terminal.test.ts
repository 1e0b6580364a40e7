import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { journeyStage, PHONE, WIDTHS, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

const NAMES = ["ada", "bram", "cleo", "dov"];
const SAID = "漢字 가나다 👩‍👩‍👧 🇫🇷 é ñ ─┼─ ✓";

/** Runs in the page: what a paste by keyboard comes to. */
const PASTE = (text: string) => {
  const { document, ClipboardEvent, DataTransfer } = globalThis as unknown as PageGlobals;
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document
    .querySelector(".xterm-helper-textarea")
    .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
};
interface PageGlobals {
  document: { querySelector(selector: string): { dispatchEvent(event: unknown): void } };
  ClipboardEvent: new (type: string, init: object) => object;
  DataTransfer: new () => { setData(type: string, text: string): void };
}

describe.skipIf(CHROMIUM === undefined)("journeys: working in terminals", () => {
  const at = journeyStage();
  const screen = (page: Page) => page.locator(".xterm-rows").first();
  const shows = (page: Page, what: string) =>
    expect
      .poll(async () => (await screen(page).innerText()).replaceAll("\u00a0", " "), { timeout: 15_000 })
      .toContain(what);
  const run = async (page: Page, line: string) => {
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
  };

  test.each(WIDTHS)(
    "4: a program is typed to, resized, stopped, and drawn as it means to be, at $name px",
    async (width) => {
      const { id } = await at.call("shell.open", {});
      const page = await at.visit(`shells?shell=${id}`, width);
      await screen(page).waitFor();
      if (width.name === PHONE.name) await page.getByRole("button", { name: "Type" }).click();
      else await page.locator(".xterm-helper-textarea:focus").waitFor();
      await run(page, `PS1='> '; clear; printf '%s\\n' '${SAID}'`);
      await shows(page, SAID);
      // The program knows how large its window is, also after that has changed.
      const size = async () => {
        await run(page, "clear; stty size");
        await soon(async () => /\d+ \d+/.exec(await screen(page).innerText())?.[0]).toBeDefined();
        return /\d+ \d+/.exec(await screen(page).innerText())?.[0];
      };
      const before = await size();
      const { width: wide = 0, height = 0 } = page.viewportSize() ?? {};
      await page.setViewportSize({ width: wide, height: height - 120 });
      await soon(size, { timeout: 15_000 }).not.toBe(before);
      await page.setViewportSize({ width: wide, height });
      await soon(size, { timeout: 15_000 }).toBe(before);
      // A program that takes the whole screen gives back what was there before.
      await run(
        page,
        "clear; echo underneath; printf '\\033[?1049h\\033[Hwhole screen'; sleep 0.7; printf '\\033[?1049l'; echo back again",
      );
      await shows(page, "whole screen");
      await shows(page, "back again");
      await shows(page, "underneath");
      // Ten thousand bytes at once, and not one more or less.
      await run(page, "clear; stty -echo -icanon; echo rea''dy; head -c 10000 | wc -c; stty sane");
      await shows(page, "ready");
      await page.evaluate(PASTE, "x".repeat(10_000));
      await shows(page, "10000");
      await run(page, "clear; echo wai''ting; sleep 100");
      await shows(page, "waiting");
      await page.keyboard.press("Control+c");
      await run(page, "echo stopped $?");
      await shows(page, "stopped 130");
      await at.arrived(page, `shell-${width.name}`);
      await at.call("shell.close", { id });
    },
  );

  test.each(WIDTHS)(
    "5: four terminals, their edges moved by keys and by mouse, are so after a reload, at $name px",
    async (width) => {
      for (const name of NAMES)
        if ((await at.statusOf(name)) === undefined)
          await at.stage.agent(name, [{ say: `I am ${name}` }, { sleep: 600 }]);
      const page = await at.visit("terminals?grid=4", width);
      if (width.name === PHONE.name) {
        // No room for more than one: the next is a key, or a finger, away.
        await soon(() => page.locator(".xterm").count()).toBe(1);
        await at.arrived(page, "one-terminal-390");
        return;
      }
      for (const name of NAMES) await page.getByText(`I am ${name}`).first().waitFor();
      const edge = page.getByRole("main").locator(".grid-edge[data-runs=vertical]").first();
      const moved = async () => Number(await edge.getAttribute("aria-valuenow"));
      const before = await moved();
      await edge.focus();
      for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
      await soon(moved).not.toBe(before);
      const box = await edge.boundingBox();
      await page.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 40);
      await page.mouse.down();
      await page.mouse.move((box?.x ?? 0) + 43, (box?.y ?? 0) + 40, { steps: 4 });
      await page.mouse.up();
      const now = await moved();
      expect(now).toBeGreaterThan(before);
      await page.reload();
      await page.getByText("I am dov").first().waitFor();
      expect(await moved()).toBe(now);
      // No black where the rows leave a little room.
      const behind = `getComputedStyle(document.querySelector(".xterm-viewport")).backgroundColor`;
      expect(await page.evaluate(behind)).toBe("rgba(0, 0, 0, 0)");
      await at.arrived(page, `four-terminals-${width.name}`);
    },
  );
});
