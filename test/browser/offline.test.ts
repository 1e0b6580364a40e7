import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { journeyStage, soon } from "./journeys-stage.ts";
import { openNetwork, type Network } from "./network.ts";
import { CHROMIUM } from "./stage.ts";

/** Parts of the page that no click has asked for yet; all of them are there when the page has been at rest for a while. */
const PARTS = ["menu-list", "palette", "sheet", "stop-dialog", "explain", "snapshots", "timeline", "graph", "rules"];

describe.skipIf(CHROMIUM === undefined)("a page without contact", () => {
  const at = journeyStage();
  const shows = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor();
  const dialog = (page: Page, title: string) => page.getByRole("dialog").getByRole("heading", { name: title });
  const fetched = (page: Page) =>
    page.evaluate<string[]>(`performance.getEntriesByType("resource").map(({ name }) => name)`);
  const part = (names: string[], wanted: string) => names.some((name) => name.includes(`/assets/${wanted}-`));

  /** Contact is lost, and with it the code that has not come yet: the pages of tests are handed out by the test itself. */
  async function loses(page: Page, network: Network): Promise<void> {
    await page.route("**/assets/**", (route) => route.abort());
    network.cut();
    await page.getByText(/Reconnecting/).waitFor();
  }

  beforeAll(async () => {
    await at.stage.agent("ada");
    await at.call("rules.update", { text: "# One\n\n- two `three`\n" });
  });

  test("has every menu, dialog and room that was never opened before", async () => {
    await using network = await openNetwork();
    const page = await at.visit("inbox?side=context", { proxy: network.proxy });
    await soon(async () => {
      const names = await fetched(page);
      return PARTS.filter((name) => !part(names, name));
    }).toEqual([]);
    await loses(page, network);

    await page.getByRole("button", { name: "Theme" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "More about ada" }).click();
    await page.getByRole("menuitem", { name: "Why this status" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    for (const [keys, title] of [
      ["n", "Spawn an agent"],
      ["o", "Open a project"],
      ["?", "Keys"],
    ] as const) {
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.keyboard.press(keys);
      await dialog(page, title).waitFor();
      await page.keyboard.press("Escape");
    }
    for (const [room, text] of [
      ["Graph", "ada"],
      ["Rules", "three"],
      ["Files", /./],
      ["Shells", "No shell is open"],
    ] as const) {
      await page.getByRole("tab", { name: room }).click();
      await page.getByRole("tabpanel", { name: room }).getByText(text).first().waitFor();
    }
    await shows(page, /Reconnecting/);
    await at.arrived(page, "offline-first-time", { torn: true });
  });

  test("breaks nothing when not even the code of a menu has come: it opens when there is contact again", async () => {
    await using network = await openNetwork();
    const page = await at.visit("inbox", { proxy: network.proxy });
    await page.route(/\/assets\/(menu-list|explain)-/, (route) => route.abort());
    const asked = page.waitForRequest(/\/assets\/menu-list-/);
    await page.getByRole("button", { name: "More about ada" }).click();
    await asked;
    expect(await page.getByRole("menu").count()).toBe(0);
    await page.unroute(/\/assets\/(menu-list|explain)-/);
    await page.getByRole("menuitem", { name: "Why this status" }).waitFor();
    await at.arrived(page, "menu-came-later", { torn: true });
  });
});
