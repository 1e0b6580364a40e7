import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { CHROMIUM, terminalRig } from "./terminals-rig.ts";
import { terminalStage } from "./terminals-stage.ts";

/** The process that holds the terminals of a home. */
function hostOf(home: string): number {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  const pid = pids.find((one) => {
    try {
      const words = readFileSync(`/proc/${one}/cmdline`, "utf8").split("\0");
      return words.some((word) => word.includes("host/main")) && words.some((word) => word.includes(home));
    } catch {
      return false; // It has ended meanwhile.
    }
  });
  if (pid === undefined) throw new Error("there is no terminal host");
  return Number(pid);
}

describe.skipIf(CHROMIUM === undefined)("terminals and those who look at them", () => {
  const stage = terminalStage();
  const pane = (page: Page, of: string) => page.getByRole("region", { name: `Terminal of ${of}` });

  test("has at most six alive: the others show their text and come alive when they are used", async () => {
    const names = [stage.name];
    for (let more = 0; more < 7; more++) names.push(`${stage.name}-${more}`);
    await Promise.all(names.slice(1).map((one) => stage.rig.agent(one)));
    await Promise.all(names.map((one) => stage.rig.print(one, `I am ${one}.\r\n`)));
    const page = await stage.open(`layout=8&agents=${names.join(",")}`);
    const alive = () => page.locator(".xterm-screen").count();
    await expect.poll(alive).toBe(6);
    const last = names.at(-1) ?? "";
    await pane(page, last).getByText(`I am ${last}.`).waitFor();
    expect(await pane(page, last).locator(".xterm").count()).toBe(0);
    await stage.rig.print(last, "and I go on\r\n");
    await pane(page, last).getByText("and I go on").waitFor();
    await page.getByRole("button", { name: `Open the terminal of ${last}` }).click();
    await expect.poll(() => pane(page, last).locator(".xterm-screen").count()).toBe(1);
    await expect.poll(alive).toBe(6);
  });

  test("has one owner of its size: the others are told, and can take it", async () => {
    const wide = await stage.open(undefined, { width: 1200, height: 700 });
    const narrow = await stage.open(undefined, { width: 700, height: 500 });
    await narrow.getByText(/Sized for another window \(\d+×\d+\)/).waitFor();
    expect(await wide.getByText("Sized for another window").count()).toBe(0);
    await narrow.getByRole("button", { name: "Fit to this window" }).click();
    await narrow.getByText("Sized for another window").waitFor({ state: "detached" });
    await wide.getByText("Sized for another window").waitFor();
    // Whoever types has it.
    await stage.focus(wide);
    await wide.keyboard.type("x");
    await wide.getByText("Sized for another window").waitFor({ state: "detached" });
    await narrow.getByText("Sized for another window").waitFor();
  });

  test("goes on at the very byte when the server was killed; keys meanwhile are refused and said to be", async () => {
    const page = await stage.open();
    await stage.print("before\r\n");
    await stage.shows(page, "before");
    await stage.focus(page);
    await stage.rig.clustr.kill();
    await stage.print("while it was away\r\n");
    await page.keyboard.type("lost");
    await page.getByText("what you type is not sent and not kept").waitFor();
    await stage.rig.clustr.restart();
    await page.getByText("what you type is not sent").waitFor({ state: "detached", timeout: 20_000 });
    await stage.print("after\r\n");
    await stage.shows(page, "after");
    const shown = await stage.text(page);
    for (const once of ["before", "while it was away", "after"]) expect(shown.split(once)).toHaveLength(2);
    expect(shown).not.toContain("lost");
    await page.keyboard.type("heard");
    await stage.shows(page, "heard");
  });

  test("does not wait for a viewer that is slow: neither the program nor another viewer does", async () => {
    const slow = await stage.open();
    const quick = await stage.open();
    // Nothing goes on in a page that shows this, until it is answered.
    const dialog = slow.waitForEvent("dialog");
    void slow.evaluate("alert('busy')");
    const busy = await dialog;
    const line = `${"flood ".repeat(16)}\r\n`;
    for (let part = 0; part < 30; part++) await stage.print(line.repeat(1000));
    await stage.print("the very end\r\n");
    await stage.shows(quick, "the very end");
    await busy.accept();
    await stage.shows(slow, "the very end");
  });

  test("shows what a flood in the background came to, in order, also when it fell behind, while keys are typed in front", async () => {
    const flood = `${stage.name}-flood`;
    await stage.rig.agent(flood);
    const page = await stage.open(`layout=2&agents=${stage.name},${flood}`);
    await stage.focus(page);
    const behind = pane(page, flood).locator(".xterm-rows");
    const line = (at: number) => `${String(at).padStart(6, "0")} ${"flood ".repeat(12)}\r\n`;
    const lines = (from: number, count: number) => Array.from({ length: count }, (_, at) => line(from + at)).join("");
    for (let part = 0; part < 4; part++) {
      await stage.rig.print(flood, lines(part * 2_000, 2_000));
      await page.keyboard.type("typed ");
    }
    // A page that shows nothing for a while is too far behind for what led there.
    const dialog = page.waitForEvent("dialog");
    void page.evaluate("alert('busy')");
    const busy = await dialog;
    for (let part = 4; part < 24; part++) await stage.rig.print(flood, lines(part * 2_000, 2_000));
    await busy.accept();
    await page.keyboard.type("to the end");
    const numbers = async () => [...(await behind.innerText()).matchAll(/^(\d{6}) /gm)].map(([, at]) => Number(at));
    await expect.poll(async () => (await numbers()).at(-1), { timeout: 20_000 }).toBe(24 * 2_000 - 1);
    const shown = await numbers();
    expect(shown.length).toBeGreaterThan(3);
    expect(shown).toEqual(shown.map((_, at) => (shown[0] ?? 0) + at));
    await stage.shows(page, `${"typed ".repeat(4)}to the end`);
    expect(await pane(page, flood).getAttribute("data-front")).toBe("false");
  });

  test("says so when a terminal is gone with its host, with what can be done", async () => {
    const page = await stage.open();
    process.kill(hostOf(stage.rig.clustr.home), "SIGKILL");
    const pane = page.getByRole("region", { name: `Terminal of ${stage.name}` });
    await pane.getByText("is not there").waitFor({ timeout: 30_000 });
    await pane.getByRole("button", { name: "Restart" }).waitFor();
  });

  test("asks nothing of the server for what nobody sees", async () => {
    const page = await stage.rig.context.newPage();
    stage.pages.push(page);
    const sent: string[] = [];
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void sent.push(String(payload))));
    await page.goto(`${stage.rig.clustr.ready.url}/?previews&agents=${stage.name}`);
    await page.getByText("messages are still read").waitFor();
    await page.locator(".terminal-preview").evaluate((element) => (element.style.display = "none"));
    await expect.poll(() => sent.some((frame) => frame.includes('"detach"')), { timeout: 5_000 }).toBe(true);
  });
});

describe.skipIf(CHROMIUM === undefined)("terminals drawn by WebGL", () => {
  test("go on as plain elements when the browser takes the context away", async () => {
    await using rig = await terminalRig(["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]);
    await rig.agent("ada");
    const page = await rig.open("agents=ada&drawing=webgl");
    await page.locator('[data-drawn-by="webgl"]').waitFor();
    await page.evaluate(`
      for (const canvas of document.querySelectorAll(".xterm canvas"))
        canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
    `);
    await page.locator('[data-drawn-by="dom"]').waitFor();
    await page.locator(".xterm-rows").getByText("messages are still read").waitFor();
    await rig.print("ada", "still here\r\n");
    await page.locator(".xterm-rows").getByText("still here").waitFor();
    expect(rig.problems).toEqual([]);
  });
});
