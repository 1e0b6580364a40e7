import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { CHROMIUM } from "./terminals-rig.ts";
import { terminalStage } from "./terminals-stage.ts";

const ESC = "\x1b";
const LINES = 3_000;

describe.skipIf(CHROMIUM === undefined)("a terminal, in Chromium", () => {
  const stage = terminalStage();
  const pane = (page: Page) => page.getByRole("region", { name: `Terminal of ${stage.name}` });
  const rows = (page: Page) => page.locator(".xterm-rows").first();
  const asked = (page: Page) => page.evaluate<unknown[]>("asked");
  const copy = (page: Page, content: string) =>
    page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(content)})`);
  const copied = (page: Page) => page.evaluate("navigator.clipboard.readText()");
  const paste = async (page: Page, content: string) => {
    await copy(page, content);
    await page.keyboard.press("Control+Shift+V");
  };

  test("shows what is printed and takes what is typed; the header says who it is and how it stands", async () => {
    const page = await stage.open();
    await stage.print("from the program\r\n");
    await stage.shows(page, "from the program");
    await stage.focus(page);
    await page.keyboard.type("typed here");
    await stage.shows(page, "typed here");
    const header = pane(page).locator("header");
    for (const said of [stage.name, "done", "script · now"]) await header.getByText(said, { exact: true }).waitFor();
    expect(await page.getByRole("textbox", { name: `Terminal of ${stage.name}` }).count()).toBe(1);
    expect(stage.rig.problems).toEqual([]);
  });

  test("gives every key to the program but the one that leads out", async () => {
    const page = await stage.open();
    await stage.focus(page);
    for (const key of ["Escape", "Tab", "Control+k", "Alt+1", "?", "F6"]) await page.keyboard.press(key);
    // The terminal's own echo writes control characters with a caret.
    await stage.shows(page, "^[");
    await stage.shows(page, "^[1?^[[17~");
    expect(await page.locator(".xterm-helper-textarea:focus").count()).toBe(1);
    await page.keyboard.press("Control+Shift+.");
    expect(await page.locator(".pane-header:focus").count()).toBe(1);
  });

  test("Ctrl+C copies what is selected, and stops the program when nothing is", async () => {
    const page = await stage.open();
    await stage.print("\r\ncopythis\r\n");
    await stage.shows(page, "copythis");
    await rows(page)
      .getByText("copythis")
      .dblclick({ position: { x: 20, y: 5 }, force: true });
    await page.keyboard.press("Control+c");
    await expect.poll(() => copied(page)).toBe("copythis");
    expect(await pane(page).getByText("Process ended").count()).toBe(0);
    await page.keyboard.press("Control+c");
    await pane(page)
      .getByText(/Process ended \(code 0\) \d/)
      .waitFor();
    await page.getByRole("button", { name: "Restart" }).click();
    await page.getByRole("button", { name: "Review changes" }).click();
    expect(await page.getByRole("button", { name: "Resume" }).count()).toBe(0);
    expect(await asked(page)).toEqual([`restart ${stage.name}`, `review ${stage.name}`]);
  });

  test("asks before it pastes several lines into a program that would run each, and into no other", async () => {
    const page = await stage.open();
    await stage.focus(page);
    await paste(page, "first\nsecond\n");
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("Paste 2 lines?").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await paste(page, "one\n  two");
    await dialog.getByRole("button", { name: "As one line" }).click();
    await stage.shows(page, "one two");
    expect(await stage.text(page)).not.toContain("first");
    await stage.print(`${ESC}[?2004h\r\n`);
    await expect
      .poll(() => page.evaluate("document.querySelector('.xterm-helper-textarea') === document.activeElement"))
      .toBe(true);
    await page.waitForTimeout(100);
    await paste(page, `x${ESC}[201~y\nz`);
    await stage.shows(page, "^[[200~x[201~y");
    expect(await dialog.count()).toBe(0);
  });

  test("does not let what is printed reach the clipboard, run a script or open anything but the web", async () => {
    const page = await stage.open();
    await copy(page, "mine");
    await stage.print(`${ESC}]52;c;${Buffer.from("stolen").toString("base64")}\x07`);
    await stage.print(`\r\n${ESC}]8;;javascript:window.hacked=1${ESC}\\click-me${ESC}]8;;${ESC}\\\r\n`);
    await stage.shows(page, "click-me");
    await rows(page)
      .getByText("click-me")
      .hover({ position: { x: 20, y: 5 }, force: true });
    await rows(page)
      .getByText("click-me")
      .click({ position: { x: 20, y: 5 }, modifiers: ["Control"], force: true });
    await page.waitForTimeout(200);
    expect(await page.evaluate(`"hacked" in window`)).toBe(false);
    expect(stage.rig.context.pages()).toEqual(stage.pages);
    expect(await copied(page)).toBe("mine");
  });

  test("follows an address to a new tab, and a place in a file to whoever shows files, also where it is wrapped", async () => {
    const page = await stage.open(undefined, { width: 500, height: 600 });
    const long = `src/${"very-long-folder-name/".repeat(4)}api.ts:12:3`;
    await stage.print(`\r\nhttp://127.0.0.1:9/there).\r\n${long}\r\nend\r\n`);
    await stage.shows(page, "end");
    const cell = await page.locator(".xterm-rows > div").first().boundingBox();
    const row = async (containing: string) => {
      const found = await page.locator(".xterm-rows > div").filter({ hasText: containing }).first().boundingBox();
      return { x: (cell?.x ?? 0) + 60, y: (found?.y ?? 0) + 6 };
    };
    const click = async ({ x, y }: { x: number; y: number }, keys: string[]) => {
      await page.mouse.move(x - 3, y);
      await page.mouse.move(x, y);
      await page.waitForTimeout(100);
      for (const key of keys) await page.keyboard.down(key);
      await page.mouse.click(x, y);
      for (const key of keys) await page.keyboard.up(key);
    };
    const address = await row("127.0.0.1:9");
    await click(address, []);
    const opened = stage.rig.context.waitForEvent("page");
    await click(address, ["Control"]);
    const tab = await opened;
    expect(tab.url() === "about:blank" ? (await tab.waitForURL(/./), tab.url()) : tab.url()).toMatch(
      /127\.0\.0\.1:9\/there$|chrome-error/,
    );
    await tab.close();
    await click(await row("src/very"), ["Control"]);
    await expect.poll(() => asked(page)).toEqual([{ path: long.replace(":12:3", ""), line: 12, column: 3 }]);
  });

  test("says how many lines came while somebody reads above, and goes back down", async () => {
    const page = await stage.open();
    await stage.print(Array.from({ length: 200 }, (_, at) => `line ${at}\r\n`).join(""));
    await stage.shows(page, "line 199");
    await stage.focus(page);
    await page.keyboard.press("Shift+PageUp");
    await stage.print("later 1\r\nlater 2\r\n");
    await page.getByRole("button", { name: "2 new lines" }).click();
    await stage.shows(page, "later 2");
    await page.locator(".pane-pill").waitFor({ state: "detached" });
  });

  test("moves its scrollbar with a flood, but not for every line of it", async () => {
    const page = await stage.open();
    await stage.print("begun\r\n");
    await stage.shows(page, "begun");
    // What xterm does for each move of the scrollbar sets a timer.
    await page.evaluate(
      `{ const set = setTimeout; window.timers = 0; window.setTimeout = (...rest) => (timers++, set(...rest)); }`,
    );
    await stage.print(Array.from({ length: LINES }, (_, line) => `line ${line}\r\n`).join(""));
    await stage.shows(page, `line ${LINES - 1}`);
    const gap = `(() => { const [track, slider] = [".scrollbar.vertical", ".scrollbar.vertical .slider"]
      .map((part) => document.querySelector(".xterm-scrollable-element > " + part).getBoundingClientRect());
      return track.height > slider.height * 2 && Math.abs(track.bottom - slider.bottom); })()`;
    await expect.poll(() => page.evaluate(gap)).toBeLessThan(2);
    expect(await page.evaluate("timers")).toBeLessThan(LINES / 4);
  });

  test("finds what has scrolled away, and gives the keyboard back", async () => {
    const page = await stage.open();
    await stage.print(`needle one\r\n${"hay\r\n".repeat(100)}needle two\r\n${"hay\r\n".repeat(5)}`);
    await stage.shows(page, "needle two");
    await stage.focus(page);
    await page.keyboard.press("Control+Shift+f");
    await page.getByRole("textbox", { name: "Find" }).fill("needle");
    await page.getByText("2 of 2").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("1 of 2").waitFor();
    await stage.shows(page, "needle one");
    await page.getByRole("textbox", { name: "Find" }).fill("nothing like it");
    await page.getByText("No match").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".xterm-helper-textarea:focus").count()).toBe(1);
  });

  test("is looked at on a phone until somebody says that they want to type", async () => {
    const page = await stage.open(`agents=${stage.name}&phone`, { width: 390, height: 700 });
    await page.locator(".xterm-screen").click();
    await page.keyboard.type("slip");
    expect(await page.evaluate("getComputedStyle(document.querySelector('.xterm-rows')).fontSize")).toBe("12px");
    await page.getByRole("button", { name: "Type" }).click();
    await page.keyboard.type("meant ");
    await page.getByRole("button", { name: "Escape" }).click();
    await page.getByRole("button", { name: "Up" }).click();
    await page.getByRole("button", { name: /^Control/ }).click();
    await page.keyboard.type("b");
    await stage.shows(page, "meant ^[^[[A^B");
    expect(await stage.text(page)).not.toContain("slip");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });

  test("keeps the edges of a grid where they were put", async () => {
    const [second] = [`${stage.name}-2`];
    await stage.rig.agent(second);
    const page = await stage.open(`layout=2&agents=${stage.name},${second}`);
    const edge = page.getByRole("separator");
    await edge.focus();
    for (let times = 0; times < 5; times++) await page.keyboard.press("ArrowLeft");
    expect(await edge.getAttribute("aria-valuenow")).toBe("40");
    const box = await edge.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 4, 400);
    await page.mouse.down();
    await page.mouse.move(300, 400, { steps: 3 });
    await page.mouse.up();
    expect(Number(await edge.getAttribute("aria-valuenow"))).toBeLessThan(25);
    await page.reload();
    await edge.waitFor();
    expect(Number(await edge.getAttribute("aria-valuenow"))).toBeLessThan(25);
    await edge.dblclick();
    expect(await edge.getAttribute("aria-valuenow")).toBe("50");
  });
});
