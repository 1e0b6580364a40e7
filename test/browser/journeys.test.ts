/*
 * The ways through the page that people take, and the tests in which each is gone. Those of `journeys*` and `rooms-states`
 * also keep pictures of where they end, in the folder that CLUSTR_SHOTS names.
 *
 *  1 first run, with or without tools    journeys-begin, rooms-states (empty), agents.test
 *  2 opening a project                   journeys-begin, rooms.test (projects)
 *  3 spawning by mouse and by keyboard   journeys-begin, rooms.test (spawn); the real tools: e2e/page.test
 *  4 typing, pasting, links, finding     journeys-terminal, terminals.test, terminals-viewers.test, window.test (the chord)
 *  5 several terminals, as they were     journeys-terminal, terminals.test (edges)
 *  6 messages to one, several, all       journeys-talk, agents.test, feed.test (new divider, ladder, search)
 *  7 what waits for the person           journeys-talk, inbox.test, agents.test (title, notification), page.test (band), e2e/page.test
 *  8 shared notes                        journeys-talk, rooms.test (context)
 *  9 rules                               journeys-talk, rooms.test (rules)
 * 10 changes as they happen              journeys-live, rooms-files.test (marks), timeline.test (bursts)
 * 11 review and rollback                 journeys-changes, changes.test, timeline.test (undo), e2e/page.test
 * 12 stopping, restarting, removing      here, agents.test
 * 13 lost contact, several viewers       journeys-contact, rooms-states (offline), window.test, page.test, here (two tabs and a phone)
 * 14 palette, no mouse                   journeys-keys, window.test, rooms.test (spawn)
 * 15 deep links                          rooms-states (each room by its address), window.test, feed.test, rooms-files.test
 * 16 themes, zoom, forced colours        rooms-states (full), looks.test, here (zoom, forced colours, reduced motion)
 * 17 much of everything                  bench/dashboard, bench/dashboard-terminals, here (what the page weighs)
 * 18 the phone                           here, terminals.test (typing), page.test (tabs), all that run at 390 px
 * 19 strangers and hostile texts         hostile.test, rooms-files.test; the doors: test/gate
 */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { builtPage } from "./built-page.ts";
import { journeyStage, PHONE, WIDTHS, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";
import { BUDGET, weigh } from "./weight.ts";

describe.skipIf(CHROMIUM === undefined)("journeys", () => {
  const at = journeyStage();
  const { message, statusOf, arrived, call } = at;
  const row = (page: Page, name: string) => page.locator(".roster-row").filter({ hasText: name });

  test("what a browser needs before it can draw anything, and the terminal, weigh no more than they may", async () => {
    const { initial, terminal } = await weigh(await builtPage());
    expect(initial).toBeGreaterThan(40);
    expect(initial).toBeLessThanOrEqual(BUDGET.initial);
    expect(terminal).toBeGreaterThan(40);
    expect(terminal).toBeLessThanOrEqual(BUDGET.terminal);
  });

  test("12: one that ignores every signal is ended all the same", async () => {
    await at.stage.agent("mule", [{ run: "trap '' TERM INT HUP; while :; do sleep 1; done" }]);
    const page = await at.visit("terminals?agent=mule");
    await row(page, "mule").hover();
    await page.getByRole("button", { name: "More about mule" }).click();
    await page.getByRole("menuitem", { name: "Stop", exact: true }).click();
    await row(page, "mule").getByText("stopped").first().waitFor({ timeout: 30_000 });
    await arrived(page, "stopped");
  });

  test.each(WIDTHS)(
    "12: stopped, started again with the same task, removed and brought back, at $name px",
    async (width) => {
      const name = `eve${width.name}`;
      await at.stage.agent(name, [{ say: "here I am" }, { sleep: 600 }]);
      const page = await at.visit(width.name === PHONE.name ? "agents" : `terminals?agent=${name}`, width);
      const does = async (what: string) => {
        await row(page, name).hover();
        await page.getByRole("button", { name: `More about ${name}` }).click();
        await page.getByRole("menuitem", { name: what, exact: true }).click();
      };
      await does("Stop");
      await row(page, name).getByText("stopped").first().waitFor();
      await does("Restart");
      await row(page, name).getByText("running").first().waitFor();
      await does("Stop");
      await row(page, name).getByText("stopped").first().waitFor();
      await does("Remove");
      await soon(() => row(page, name).count()).toBe(0);
      await page.getByRole("button", { name: "Undo" }).click();
      await row(page, name).waitFor();
      expect(await statusOf(name)).toBe("done");
      await arrived(page, `brought-back-${width.name}`);
    },
  );

  test("13: two tabs and a phone show the same, each message once, whoever writes it", async () => {
    if ((await statusOf("ada")) === undefined) await at.stage.agent("ada", [{ say: "I am ada" }, { sleep: 600 }]);
    const page = await at.visit("messages");
    const other = await page.context().newPage();
    await other.setViewportSize(PHONE.viewport);
    await other.goto(`${at.stage.clustr.ready.url}${at.root}/messages`);
    const third = await page.context().newPage();
    await third.goto(`${at.stage.clustr.ready.url}${at.root}/timeline`);
    const log = (where: Page) => where.getByRole("log", { name: "Messages" });
    for (const [turn, who] of [page, other, page].entries()) {
      await who.getByRole("button", { name: /^To / }).waitFor();
      await message(who).fill(`turn ${turn} of us`);
      await who.getByRole("button", { name: "Send", exact: true }).click();
      for (const where of [page, other]) await log(where).getByText(`turn ${turn} of us`).waitFor();
      await third.getByText(`turn ${turn} of us`).first().waitFor();
    }
    for (const where of [page, other])
      for (const turn of [0, 1, 2]) expect(await log(where).getByText(`turn ${turn} of us`).count()).toBe(1);
    await arrived(page, "several-viewers");
  });

  test.each([
    { name: "200 %", viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 },
    { name: "forced colours", viewport: { width: 1440, height: 900 }, forcedColors: "active" as const },
    { name: "reduced motion", viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" as const },
  ])("16: $name hides nothing", async (options) => {
    if ((await statusOf("ada")) === undefined) await at.stage.agent("ada", [{ say: "I am ada" }, { sleep: 600 }]);
    const page = await at.visit("terminals?agent=ada", options);
    await page.getByText("I am ada").first().waitFor();
    await message(page).waitFor();
    await row(page, "ada").first().waitFor();
    await arrived(page, options.name.replaceAll(/\W+/g, "-"));
  });

  test("18: on a phone one spawns, answers, writes, looks at what changed and takes it back", async () => {
    const page = await at.visit("agents", PHONE);
    const tab = (name: string) => page.getByRole("navigation", { name: "Views" }).getByRole("button", { name });
    await page.getByRole("button", { name: "Spawn an agent" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("radio", { name: /Script/ }).waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("fern");
    const steps = [
      { write: "fern.txt", text: "by fern\n" },
      { ask: "Which colour?", options: ["green", "blue"] },
    ];
    await dialog.getByRole("textbox", { name: "Task" }).fill(JSON.stringify([...steps, { sleep: 600 }]));
    await dialog.getByRole("button", { name: "Spawn" }).click();
    await soon(() => statusOf("fern"), { timeout: 15_000 }).toBeDefined();
    await page.goto(`${at.stage.clustr.ready.url}${at.root}/inbox`);
    const waiting = page
      .getByRole("list", { name: "Needs you" })
      .getByRole("listitem")
      .filter({ hasText: "Which colour?" });
    await waiting.first().waitFor();
    await arrived(page, "phone-asked");
    await waiting.getByRole("button", { name: "blue" }).click();
    await soon(async () => (await call("attention.list", {})).length).toBe(0);

    await tab("Messages").click();
    await message(page).fill("@fern from my phone");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("log", { name: "Messages" }).getByText("from my phone").waitFor();
    await arrived(page, "phone-messages");

    await page.goto(`${at.stage.clustr.ready.url}${at.root}/changes?agent=fern&file=fern.txt`);
    await page.getByRole("button", { name: "Roll back file…" }).click();
    await arrived(page, "phone-rollback");
    await dialog.getByRole("button", { name: /^Roll back \d/ }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
    expect((await call("change.diff", { name: "fern" })).files).toEqual([]);
  });
});
