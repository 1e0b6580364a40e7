/*
 * The ways through the page that people take, and the test in which each is gone. Those that had none are below; what is
 * below also keeps pictures of where it ends in the folder that CLUSTR_SHOTS names.
 *
 *  1 first run, with or without tools    agents.test (nobody there), rooms.test (projects, spawn), here
 *  2 opening a project                   rooms.test (projects)
 *  3 spawning by mouse and by keyboard   rooms.test (spawn); the real tools: e2e/page.test
 *  4 typing, pasting, links, finding     terminals.test, terminals-viewers.test, window.test (the one chord)
 *  5 several terminals, as they were     terminals.test (edges), here (in the window, after a reload)
 *  6 messages to one, several, all       agents.test, feed.test (new divider, ladder, search)
 *  7 what waits for the person           agents.test (title, notification), page.test (band), e2e/page.test
 *  8 shared notes                        rooms.test (context)
 *  9 rules                               rooms.test (rules)
 * 10 changes as they happen              rooms-files.test (marks), timeline.test (bursts)
 * 11 review and rollback                 changes.test, timeline.test (undo), e2e/page.test
 * 12 stopping, restarting, removing      agents.test (stop, removal taken back), here (one that ignores signals)
 * 13 lost contact, several viewers       window.test, page.test, terminals-viewers.test, here (two tabs and a phone)
 * 14 palette, no mouse                   window.test, rooms.test (spawn)
 * 15 deep links                          window.test, feed.test, rooms-files.test
 * 16 themes, zoom, forced colours        looks.test, rooms-files.test, here (zoom, forced colours, reduced motion)
 * 17 much of everything                  bench/dashboard, bench/dashboard-terminals, here (what the page weighs)
 * 18 the phone                           terminals.test (typing), page.test (tabs), here
 * 19 strangers and hostile texts         hostile.test, rooms-files.test; the doors: test/gate
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtPage } from "./built-page.ts";
import { roomsStage, type RoomsStage } from "./rooms-stage.ts";
import { CHROMIUM, expectAccessible } from "./stage.ts";
import { BUDGET, weigh } from "./weight.ts";

const SHOTS = process.env["CLUSTR_SHOTS"];
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "1024", viewport: { width: 1024, height: 768 } },
];

describe.skipIf(CHROMIUM === undefined)("journeys", () => {
  let stage: RoomsStage;
  let root: string;
  beforeAll(async () => {
    stage = await roomsStage();
    ({ root } = stage);
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const call: RoomsStage["clustr"]["client"]["call"] = (...args) => stage.clustr.client.call(...args);
  const message = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
  const rows = (page: Page) => page.getByRole("navigation", { name: "Agents" }).getByRole("listitem");
  const statusOf = async (wanted: string) =>
    (await call("agent.list", {})).findLast(({ name }) => name === wanted)?.status;

  /** Where a journey ends: everybody can read it, nothing sticks out, nothing went wrong, and a picture of it is kept. */
  async function arrived(page: Page, name: string): Promise<void> {
    await expectAccessible(page);
    expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).toBeLessThanOrEqual(0);
    expect(stage.problems).toEqual([]);
    if (SHOTS === undefined) return;
    await mkdir(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  test("what a browser needs before it can draw anything, and the terminal, weigh no more than they may", async () => {
    const { initial, terminal } = await weigh(await builtPage());
    expect(initial).toBeGreaterThan(40);
    expect(initial).toBeLessThanOrEqual(BUDGET.initial);
    expect(terminal).toBeGreaterThan(40);
    expect(terminal).toBeLessThanOrEqual(BUDGET.terminal);
  });

  test.each([...WIDTHS, { name: "390", ...PHONE }])(
    "1: with nobody there it says how to begin and which tools are missing, at $name px",
    async (width) => {
      const page = await stage.visit(`${root}/terminals`, width);
      await page.getByRole("region", { name: "Coding tools on this machine" }).waitFor();
      await page
        .getByRole("region", { name: "Coding tools on this machine" })
        .getByText("Claude Code", { exact: true })
        .waitFor();
      await arrived(page, `first-run-${width.name}`);
    },
  );

  test.each(WIDTHS)(
    "5: four terminals, their edges moved by keys, are so after a reload, at $name px",
    async (width) => {
      for (const name of ["ada", "bram", "cleo", "dov"])
        if ((await statusOf(name)) === undefined) await stage.agent(name, [{ say: `I am ${name}` }, { sleep: 600 }]);
      const page = await stage.visit(`${root}/terminals?grid=4`, width);
      for (const name of ["ada", "bram", "cleo", "dov"]) await page.getByText(`I am ${name}`).first().waitFor();
      const edge = page.getByRole("main").locator(".grid-edge[data-runs=vertical]").first();
      const before = Number(await edge.getAttribute("aria-valuenow"));
      await edge.focus();
      for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowRight");
      const moved = async () => Number(await edge.getAttribute("aria-valuenow"));
      await expect.poll(moved).not.toBe(before);
      const now = await moved();
      await page.reload();
      await page.getByText("I am dov").first().waitFor();
      expect(await moved()).toBe(now);
      // No black where the rows leave a little room.
      const behind = `getComputedStyle(document.querySelector(".xterm-viewport")).backgroundColor`;
      expect(await page.evaluate(behind)).toBe("rgba(0, 0, 0, 0)");
      await arrived(page, `four-terminals-${width.name}`);
      await edge.focus();
      await page.keyboard.press("Enter");
      await expect.poll(moved).toBe(before);
    },
  );

  test("12: one that ignores every signal is ended all the same, and runs its task again", async () => {
    await stage.agent("mule", [{ run: "trap '' TERM INT HUP; while :; do sleep 1; done" }]);
    const page = await stage.visit(`${root}/terminals?agent=mule`);
    const row = rows(page).filter({ hasText: "mule" });
    await row.hover();
    await page.getByRole("button", { name: "More about mule" }).click();
    await page.getByRole("menuitem", { name: "Stop", exact: true }).click();
    await row.getByText("stopped").waitFor({ timeout: 30_000 });
    await arrived(page, "stopped");
    await row.hover();
    await page.getByRole("button", { name: "More about mule" }).click();
    await page.getByRole("menuitem", { name: "Restart" }).click();
    await expect.poll(() => statusOf("mule"), { timeout: 15_000 }).toBe("running");
    await call("agent.stop", { name: "mule" });
  });

  test("13: two tabs and a phone show the same, each message once, whoever writes it", async () => {
    const page = await stage.visit(`${root}/messages`);
    const other = await page.context().newPage();
    await other.setViewportSize(PHONE.viewport);
    await other.goto(`${stage.clustr.ready.url}${root}/messages`);
    const third = await page.context().newPage();
    await third.goto(`${stage.clustr.ready.url}${root}/timeline`);
    const log = (at: Page) => at.getByRole("log", { name: "Messages" });
    for (const [turn, at] of [page, other, page].entries()) {
      await at.getByRole("button", { name: /^(To |Choose recipients)/ }).waitFor();
      await message(at).fill(`turn ${turn} of us`);
      await at.getByRole("button", { name: "Send" }).click();
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
    const page = await stage.visit(`${root}/terminals?agent=ada`, options);
    await page.getByText("I am ada").first().waitFor();
    await message(page).waitFor();
    await rows(page).first().waitFor();
    await arrived(page, options.name.replaceAll(/\W+/g, "-"));
  });

  test("18: on a phone one spawns, answers, writes, looks at what changed and takes it back", async () => {
    const page = await stage.visit(`${root}/agents`, PHONE);
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
    await expect.poll(() => statusOf("fern"), { timeout: 15_000 }).toBeDefined();
    await page.goto(`${stage.clustr.ready.url}${root}/inbox`);
    const waiting = page
      .getByRole("list", { name: "Needs you" })
      .getByRole("listitem")
      .filter({ hasText: "Which colour?" });
    await waiting.first().waitFor();
    await arrived(page, "phone-asked");
    await waiting.getByRole("button", { name: "blue" }).click();
    await expect.poll(async () => (await call("attention.list", {})).length).toBe(0);

    await tab("Messages").click();
    await message(page).fill("@fern from my phone");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("log", { name: "Messages" }).getByText("from my phone").waitFor();
    await arrived(page, "phone-messages");

    await page.goto(`${stage.clustr.ready.url}${root}/changes?agent=fern&file=fern.txt`);
    await page.getByRole("button", { name: "Roll back file…" }).click();
    await arrived(page, "phone-rollback");
    await dialog.getByRole("button", { name: /^Roll back \d/ }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
    expect((await call("change.diff", { name: "fern" })).files).toEqual([]);
  });
});
