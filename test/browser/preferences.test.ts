import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person } from "../../src/core/caller.ts";
import type { Preferences } from "../../src/contract/preferences.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)("how a person wants the page", () => {
  let stage: Stage;
  let room: string;
  beforeAll(async () => {
    stage = await openStage();
    room = `/w/${stage.home.workspace.id}`;
    for (const name of ["ada", "bram"]) await stage.home.agent(name);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  let calls = 0;
  const call = () => ({ requestId: `prefer ${++calls}` });
  const kept = async () => (await stage.home.core.invoke("preferences.get", {}, person, call())) as Preferences;
  const left = (page: Page) => page.getByRole("navigation", { name: "Agents" });
  const width = async (page: Page) => Math.round((await left(page).boundingBox())?.width ?? 0);
  const theme = (page: Page) => page.evaluate(`document.documentElement.dataset.theme`);
  const blur = (page: Page) => page.evaluate(`document.activeElement?.blur()`);
  const ready = async (page: Page) => {
    await page.getByRole("separator", { name: "Width of the agents" }).waitFor();
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.locator(".xterm-rows, .inbox").first().waitFor();
  };

  test("is remembered by the server: another window follows at once, another browser finds it", async () => {
    const page = await stage.visit(`${room}/terminals`);
    await ready(page);
    const second = await page.context().newPage();
    await second.goto(`${stage.home.server.url}${room}/terminals`);
    await ready(second);
    const usual = await width(page);
    await page.getByRole("separator", { name: "Width of the agents" }).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("menuitemradio", { name: "Light" }).click();
    await expect.poll(() => width(second)).toBe(usual + 48);
    await expect.poll(() => theme(second)).toBe("light");
    await page.getByRole("button", { name: "2 terminals", exact: true }).click();
    await page.getByRole("tab", { name: "Rules" }).click();
    await expect
      .poll(async () => (await kept()).windows[stage.home.workspace.id])
      .toEqual({ left: usual + 48, right: 360, grid: "2", side: "rules" });
    // Once around only: nobody sends back what came from the server.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await kept()).theme).toBe("light");
    expect(await width(page)).toBe(usual + 48);
    expect(stage.problems).toEqual([]);

    const elsewhere = await stage.visit(room);
    await ready(elsewhere);
    await expect.poll(() => width(elsewhere)).toBe(usual + 48);
    await expect.poll(() => theme(elsewhere)).toBe("light");
    await elsewhere.getByRole("button", { name: "2 terminals", exact: true, pressed: true }).waitFor();
    await elsewhere.getByRole("tab", { name: "Rules", selected: true }).waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("chosen without contact holds here, and reaches the server when it is back", async () => {
    const page = await stage.visit(`${room}/inbox`);
    await ready(page);
    // What a menu is made of is fetched when it is opened first.
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).waitFor();
    await page.keyboard.press("Escape");
    await page.context().setOffline(true);
    await stage.home.restartServer();
    await page.getByText(/Reconnecting/).waitFor();
    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await expect.poll(() => theme(page)).toBe("dark");
    expect((await kept()).theme).not.toBe("dark");
    await page.context().setOffline(false);
    await expect.poll(async () => (await kept()).theme, { timeout: 10_000 }).toBe("dark");
    expect(await theme(page)).toBe("dark");
  });

  test("includes the keys of each command: chosen, refused, taken from another, put back", async () => {
    const page = await stage.visit(`${room}/inbox`);
    await ready(page);
    await blur(page);
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys" });
    const change = async (title: string, ...keys: string[]) => {
      await sheet.getByRole("button", { name: new RegExp(`^${title}: `) }).click();
      await sheet.getByText("Press keys…").waitFor();
      for (const key of keys) await page.keyboard.press(key);
    };
    const keys = (title: string) => sheet.getByRole("button", { name: new RegExp(`^${title}: `) }).innerText();
    await change("Go to Rules", "q");
    // A plain key waits for a second one first.
    await expect.poll(() => keys("Go to Rules"), { timeout: 3000 }).toBe("Q");
    await change("Go to Rules", "Control+t");
    await sheet
      .getByRole("alert")
      .getByText(/opens and closes windows and tabs/)
      .waitFor();
    expect(await keys("Go to Rules")).toBe("Q");
    await change("Go to Rules", "g", "i");
    await sheet.getByRole("alert").getByText("“Go to Inbox” has them.").waitFor();
    await expectAccessible(page);
    await sheet.getByRole("button", { name: "Take them from it" }).click();
    await expect.poll(() => keys("Go to Rules")).toBe("G then I");
    expect(await keys("Go to Inbox")).toBe("none");
    await change("Dark theme", "Escape");
    expect(await keys("Dark theme")).toBe("none");
    await change("Write a message", "g");
    await sheet
      .getByRole("alert")
      .getByText(/begin like those of/)
      .waitFor();
    await change("Dark theme", "d");
    await expect.poll(() => keys("Dark theme"), { timeout: 3000 }).toBe("D");
    await expect
      .poll(async () => (await kept()).keys)
      .toEqual({ "go.rules": "g i", "go.inbox": "", "theme.dark": "d" });
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });

    // What the sheet says is what acts, also in another browser.
    const last = await stage.visit(`${room}/inbox`);
    await ready(last);
    await blur(last);
    await expect
      .poll(async () => {
        await last.keyboard.press("g");
        await last.keyboard.press("i");
        return last.getByRole("tab", { name: "Rules" }).getAttribute("aria-selected");
      })
      .toBe("true");
    await last.keyboard.press("?");
    const again = last.getByRole("dialog", { name: "Keys" });
    await again.getByRole("button", { name: "Usual keys for Go to Inbox: G then I" }).click();
    await again.getByRole("alert").getByText("“Go to Rules” has them.").waitFor();
    await again.getByRole("button", { name: "Usual keys for all" }).click();
    await expect.poll(async () => (await kept()).keys).toEqual({});
    await expect.poll(() => again.getByRole("button", { name: /^Go to Inbox: / }).innerText()).toBe("G then I");
    expect(stage.problems).toEqual([]);
  });

  test("has terminals split by key: one more beside, one more below, one alone", async () => {
    const page = await stage.visit(`${room}/terminals?grid=1&agent=ada`);
    await ready(page);
    await blur(page);
    const shown = () => page.getByRole("main").locator(".grid-cell").count();
    const drawn = (count: number) =>
      expect.poll(() => page.getByRole("main").locator(".xterm-rows").count(), { timeout: 5000 }).toBe(count);
    const above = async () => {
      const [one, two] = await page.getByRole("main").locator(".grid-cell").all();
      const [a, b] = [await one?.boundingBox(), await two?.boundingBox()];
      return a && b ? (b.y > a.y ? "below" : "beside") : undefined;
    };
    await page.keyboard.press("-");
    await drawn(2);
    expect(await above()).toBe("below");
    await page.keyboard.press("=");
    await expect.poll(shown).toBe(0);
    await drawn(1);
    await page.keyboard.press("\\");
    await drawn(2);
    expect(await above()).toBe("beside");
    await expectAccessible(page);
    await page.keyboard.press("\\");
    await page.getByRole("button", { name: "4 terminals", pressed: true }).waitFor();
    // In a terminal they are the program's.
    await page.locator(".xterm-screen").first().click();
    await page.keyboard.type("\\-");
    await page.getByRole("button", { name: "4 terminals", pressed: true }).waitFor();
    expect(stage.problems).toEqual([]);
  });
});
