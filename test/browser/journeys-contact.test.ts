import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { journeyStage, WIDTHS, soon } from "./journeys-stage.ts";
import { openNetwork } from "./network.ts";
import { CHROMIUM } from "./stage.ts";

const FLAPS = 50;
/** Counts aloud in its terminal, five letters at a time, in lines short enough for every window. */
const counting = (from: number, to: number) => ({
  run: `for i in $(seq ${from} ${to}); do printf '%04d,' $i; [ $((i % 10)) = 0 ] && echo; sleep 0.02; done`,
});
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, step) => String(from + step).padStart(4, "0"));

describe.skipIf(CHROMIUM === undefined)("journeys: contact lost and found", () => {
  const at = journeyStage();
  const log = (page: Page) => page.getByRole("log", { name: "Messages" });
  const send = (page: Page) => page.getByRole("button", { name: "Send", exact: true });
  /** All numbers a terminal shows, in order. */
  const counted = async (page: Page) =>
    (await page.locator(".xterm-rows > div").allTextContents())
      .join("")
      .replace(/\s/g, "")
      .match(/\d{4}(?=,)/g) ?? [];
  /** As a browser tells when its network is there again. */
  const online = (page: Page) => page.evaluate(`dispatchEvent(new Event("online"))`);

  test(`13: ${FLAPS} times the network goes: no message and no byte of a terminal is lost or doubled`, async () => {
    await using network = await openNetwork();
    // High enough for all messages: of a list only what is on the screen is there.
    const viewport = { width: 1440, height: 1500 };
    const page = await at.visit("terminals?agent=flo&side=context", { proxy: network.proxy, viewport });
    await at.message(page).waitFor();
    const note = (turn: number) => ({ call: "send_message", with: { to: "human", content: `note ${turn}` } });
    await at.stage.agent("flo", [counting(1, 400)]);
    await at.stage.agent("nia", Array.from({ length: 10 }, (_, turn) => [note(turn), { sleep: 0.6 }]).flat());
    await page.locator(".xterm-rows").getByText("0001,").waitFor();
    for (let flap = 0; flap < FLAPS; flap++) {
      if (flap % 10 === 5) {
        await at.message(page).fill(`mine ${flap}`);
        await soon(() => send(page).isEnabled(), { timeout: 15_000 }).toBe(true);
        await send(page).click();
      }
      network.cut();
      await page.waitForTimeout(20 + (flap % 5) * 30);
      network.join();
      await online(page);
      await page.waitForTimeout(50 + (flap % 3) * 40);
    }
    const all = numbers(1, 400);
    await soon(async () => (await counted(page)).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(all.length);
    expect(await counted(page)).toEqual(all);
    // Whatever could not be sent is still in the field, and is sent again by hand.
    await soon(
      async () => {
        if (await send(page).isEnabled())
          await send(page)
            .click()
            .catch(() => {});
        return at.message(page).inputValue();
      },
      { timeout: 20_000 },
    ).toBe("");
    const wanted = [
      ...Array.from({ length: 10 }, (_, turn) => `note ${turn}`),
      ...[5, 15, 25, 35, 45].map((flap) => `mine ${flap}`),
    ];
    const known = async () => (await at.call("message.list", {})).map(({ content }) => content).toSorted();
    await soon(known, { timeout: 20_000 }).toEqual(wanted.toSorted());
    await page.getByRole("tab", { name: "Messages 10" }).click();
    await soon(async () =>
      (await log(page).getByRole("article").locator(".message-text").allTextContents()).toSorted(),
    ).toEqual(wanted.toSorted());
    await at.arrived(page, "flapped", { torn: true });
  });

  test.each(WIDTHS)(
    "13: the server is killed while agents work, and all is there again by itself, at $name px",
    async (width) => {
      const name = `kim${width.name}`;
      await at.stage.agent(name, [
        counting(1, 90),
        { call: "send_message", with: { to: "human", content: `from ${name}` } },
        { sleep: 600 },
      ]);
      const page = await at.visit(`terminals?agent=${name}`, width);
      await page.locator(".xterm-rows").getByText("0005,").waitFor();
      await at.message(page).fill("half a thought");
      await at.stage.clustr.kill();
      await page.getByText(/Reconnecting/).waitFor();
      await at.arrived(page, `server-gone-${width.name}`, { torn: true });
      await at.stage.clustr.restart();
      await page.getByText(/The server was restarted/).waitFor();
      await soon(() => counted(page), { timeout: 15_000 }).toEqual(numbers(1, 90));
      expect(await at.message(page).inputValue()).toBe("half a thought");
      await at.message(page).fill("");
      const said = (await at.call("message.list", {})).filter(({ content }) => content === `from ${name}`);
      expect(said).toHaveLength(1);
      await at.arrived(page, `server-back-${width.name}`, { torn: true });
      await at.call("agent.stop", { name });
    },
  );

  test("13: a tab that was asleep while its network went catches up when it is looked at again", async () => {
    await using network = await openNetwork();
    const page = await at.visit("terminals?agent=sue&side=context", { proxy: network.proxy });
    await at.message(page).waitFor();
    await at.stage.agent("sue", [counting(1, 20), { sleep: 2 }, counting(21, 60), { sleep: 600 }]);
    await page.locator(".xterm-rows").getByText("0020,").waitFor();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    network.cut();
    await at.call("context.write", { key: "meanwhile", value: "written while you slept" });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    network.join();
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await page.getByText("written while you slept").waitFor();
    await soon(() => counted(page), { timeout: 15_000 }).toEqual(numbers(1, 60));
    await at.arrived(page, "awake-again", { torn: true });
  });
});
