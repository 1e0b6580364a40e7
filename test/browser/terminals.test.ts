import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHROMIUM, terminalRig, type TerminalRig } from "./terminals-rig.ts";

const ESC = "\x1b";

describe.skipIf(CHROMIUM === undefined)("terminals, in Chromium", () => {
  let rig: TerminalRig;
  let name: string;
  let made = 0;
  const pages: Page[] = [];

  beforeAll(async () => {
    rig = await terminalRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());
  beforeEach(async () => {
    name = `ada${++made}`;
    rig.problems.length = 0;
    await rig.agent(name);
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    // Room for the next: few may be live at once.
    const agents = await rig.clustr.client.call("agent.list", {});
    await Promise.all(
      agents.filter(({ live }) => live).map((agent) => rig.clustr.client.call("agent.stop", { name: agent.name })),
    );
  });

  /** Opens terminals and waits until the first one has what its agent said last before it waited. */
  async function open(query = `agents=${name}`, size?: { width: number; height: number }): Promise<Page> {
    const page = await rig.open(query, size);
    pages.push(page);
    await page.getByText("messages are still read").first().waitFor();
    return page;
  }
  const print = (text: string) => rig.print(name, text);
  const pane = (page: Page, of = name) => page.getByRole("region", { name: `Terminal of ${of}` });
  const input = (page: Page, of = name) => page.getByRole("textbox", { name: `Terminal of ${of}` });
  const rows = (page: Page) => page.locator(".xterm-rows").first();
  const text = async (page: Page) => (await rows(page).innerText()).replaceAll("\u00a0", " ");
  const shows = (page: Page, what: string) => expect.poll(() => text(page), { timeout: 15_000 }).toContain(what);
  const asked = (page: Page) => page.evaluate<unknown[]>("asked");
  const focus = async (page: Page) => {
    await page.locator(".xterm-screen").first().click();
    await page.locator(".xterm-helper-textarea:focus").waitFor();
  };
  const copy = (page: Page, content: string) =>
    page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(content)})`);
  const copied = (page: Page) => page.evaluate("navigator.clipboard.readText()");
  const paste = async (page: Page, content: string) => {
    await copy(page, content);
    await page.keyboard.press("Control+Shift+V");
  };

  test("shows what is printed and takes what is typed; the header says who it is and how it stands", async () => {
    const page = await open();
    await print("from the program\r\n");
    await shows(page, "from the program");
    await focus(page);
    await page.keyboard.type("typed here");
    await shows(page, "typed here");
    const header = pane(page).locator("header");
    for (const said of [name, "done", "script · now"]) await header.getByText(said, { exact: true }).waitFor();
    expect(await input(page).count()).toBe(1);
    expect(rig.problems).toEqual([]);
  });

  test("gives every key to the program but the one that leads out", async () => {
    const page = await open();
    await focus(page);
    for (const key of ["Escape", "Tab", "Control+k", "Alt+1", "?", "F6"]) await page.keyboard.press(key);
    // The terminal's own echo writes control characters with a caret.
    await shows(page, "^[");
    await shows(page, "^[1?^[[17~");
    expect(await page.locator(".xterm-helper-textarea:focus").count()).toBe(1);
    await page.keyboard.press("Control+Shift+.");
    expect(await page.locator(".pane-header:focus").count()).toBe(1);
  });

  test("Ctrl+C copies what is selected, and stops the program when nothing is", async () => {
    const page = await open();
    await print("\r\ncopythis\r\n");
    await shows(page, "copythis");
    await rows(page)
      .getByText("copythis")
      .dblclick({ position: { x: 20, y: 5 } });
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
    expect(await asked(page)).toEqual([`restart ${name}`, `review ${name}`]);
  });

  test("asks before it pastes several lines into a program that would run each, and into no other", async () => {
    const page = await open();
    await focus(page);
    await paste(page, "first\nsecond\n");
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("Paste 2 lines?").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await paste(page, "one\n  two");
    await dialog.getByRole("button", { name: "As one line" }).click();
    await shows(page, "one two");
    expect(await text(page)).not.toContain("first");
    await print(`${ESC}[?2004h\r\n`);
    await expect
      .poll(() => page.evaluate("document.querySelector('.xterm-helper-textarea') === document.activeElement"))
      .toBe(true);
    await page.waitForTimeout(100);
    await paste(page, `x${ESC}[201~y\nz`);
    await shows(page, "^[[200~x[201~y");
    expect(await dialog.count()).toBe(0);
  });

  test("does not let what is printed reach the clipboard, run a script or open anything but the web", async () => {
    const page = await open();
    await copy(page, "mine");
    await print(`${ESC}]52;c;${Buffer.from("stolen").toString("base64")}\x07`);
    await print(`\r\n${ESC}]8;;javascript:window.hacked=1${ESC}\\click-me${ESC}]8;;${ESC}\\\r\n`);
    await shows(page, "click-me");
    await rows(page)
      .getByText("click-me")
      .hover({ position: { x: 20, y: 5 } });
    await rows(page)
      .getByText("click-me")
      .click({ position: { x: 20, y: 5 }, modifiers: ["Control"] });
    await page.waitForTimeout(200);
    expect(await page.evaluate(`"hacked" in window`)).toBe(false);
    expect(rig.context.pages()).toEqual(pages);
    expect(await copied(page)).toBe("mine");
  });

  test("follows an address to a new tab, and a place in a file to whoever shows files, also where it is wrapped", async () => {
    const page = await open(undefined, { width: 500, height: 600 });
    const long = `src/${"very-long-folder-name/".repeat(4)}api.ts:12:3`;
    await print(`\r\nhttp://127.0.0.1:9/there).\r\n${long}\r\nend\r\n`);
    await shows(page, "end");
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
    const opened = rig.context.waitForEvent("page");
    await click(address, ["Control"]);
    const tab = await opened;
    expect(tab.url() === "about:blank" ? (await tab.waitForURL(/./), tab.url()) : tab.url()).toMatch(
      /127\.0\.0\.1:9\/there$|chrome-error/,
    );
    await tab.close();
    await click(await row("src/very"), ["Control"]);
    await expect
      .poll(() => asked(page))
      .toEqual([{ path: long.replace(":12:3", ""), line: 12, column: 3, from: 0, to: long.length }]);
  });

  test("says how many lines came while somebody reads above, and goes back down", async () => {
    const page = await open();
    await print(Array.from({ length: 200 }, (_, at) => `line ${at}\r\n`).join(""));
    await shows(page, "line 199");
    await focus(page);
    await page.keyboard.press("Shift+PageUp");
    await print("later 1\r\nlater 2\r\n");
    await page.getByRole("button", { name: "2 new lines" }).click();
    await shows(page, "later 2");
    await page.locator(".pane-pill").waitFor({ state: "detached" });
  });

  test("finds what has scrolled away, and gives the keyboard back", async () => {
    const page = await open();
    await print(`needle one\r\n${"hay\r\n".repeat(100)}needle two\r\n${"hay\r\n".repeat(5)}`);
    await shows(page, "needle two");
    await focus(page);
    await page.keyboard.press("Control+Shift+f");
    await page.getByRole("textbox", { name: "Find" }).fill("needle");
    await page.getByText("2 of 2").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("1 of 2").waitFor();
    await shows(page, "needle one");
    await page.getByRole("textbox", { name: "Find" }).fill("nothing like it");
    await page.getByText("No match").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".xterm-helper-textarea:focus").count()).toBe(1);
  });

  test("has at most six alive: the others show their text and come alive when they are used", async () => {
    const names = [name];
    for (let more = 0; more < 7; more++) names.push(`${name}-${more}`);
    await Promise.all(names.slice(1).map((one) => rig.agent(one)));
    await Promise.all(names.map((one) => rig.print(one, `I am ${one}.\r\n`)));
    const page = await open(`layout=8&agents=${names.join(",")}`);
    const alive = () => page.locator(".xterm-screen").count();
    await expect.poll(alive).toBe(6);
    const last = names.at(-1) ?? "";
    await pane(page, last).getByText(`I am ${last}.`).waitFor();
    expect(await pane(page, last).locator(".xterm").count()).toBe(0);
    await rig.print(last, "and I go on\r\n");
    await pane(page, last).getByText("and I go on").waitFor();
    await page.getByRole("button", { name: `Open the terminal of ${last}` }).click();
    await expect.poll(() => pane(page, last).locator(".xterm-screen").count()).toBe(1);
    await expect.poll(alive).toBe(6);
  });

  test("has one owner of its size: the others are told, and can take it", async () => {
    const wide = await open(undefined, { width: 1200, height: 700 });
    const narrow = await open(undefined, { width: 700, height: 500 });
    await narrow.getByText(/Sized for another window \(\d+×\d+\)/).waitFor();
    expect(await wide.getByText("Sized for another window").count()).toBe(0);
    await narrow.getByRole("button", { name: "Fit to this window" }).click();
    await narrow.getByText("Sized for another window").waitFor({ state: "detached" });
    await wide.getByText("Sized for another window").waitFor();
    // Whoever types has it.
    await focus(wide);
    await wide.keyboard.type("x");
    await wide.getByText("Sized for another window").waitFor({ state: "detached" });
    await narrow.getByText("Sized for another window").waitFor();
  });

  test("goes on at the very byte when the server was killed; keys meanwhile are refused and said to be", async () => {
    const page = await open();
    await print("before\r\n");
    await shows(page, "before");
    await focus(page);
    await rig.clustr.kill();
    await print("while it was away\r\n");
    await page.keyboard.type("lost");
    await page.getByText("what you type is not sent and not kept").waitFor();
    await rig.clustr.restart();
    await page.getByText("what you type is not sent").waitFor({ state: "detached", timeout: 20_000 });
    await print("after\r\n");
    await shows(page, "after");
    const shown = await text(page);
    for (const once of ["before", "while it was away", "after"]) expect(shown.split(once)).toHaveLength(2);
    expect(shown).not.toContain("lost");
    await page.keyboard.type("heard");
    await shows(page, "heard");
  });

  test("does not wait for a viewer that is slow: neither the program nor another viewer does", async () => {
    const slow = await open();
    const quick = await open();
    // A page that is busy with something else for seconds.
    const busy = slow.evaluate("{ const end = Date.now() + 4000; while (Date.now() < end); }");
    const began = Date.now();
    const line = `${"flood ".repeat(16)}\r\n`;
    for (let part = 0; part < 30; part++) await print(line.repeat(1000));
    await print("the very end\r\n");
    await shows(quick, "the very end");
    expect(Date.now() - began).toBeLessThan(4_000);
    await busy;
    await shows(slow, "the very end");
  });

  test("is looked at on a phone until somebody says that they want to type", async () => {
    const page = await open(`agents=${name}&phone`, { width: 390, height: 700 });
    await page.locator(".xterm-screen").click();
    await page.keyboard.type("slip");
    expect(await page.evaluate("getComputedStyle(document.querySelector('.xterm-rows')).fontSize")).toBe("12px");
    await page.getByRole("button", { name: "Type" }).click();
    await page.keyboard.type("meant ");
    await page.getByRole("button", { name: "Escape" }).click();
    await page.getByRole("button", { name: "Up" }).click();
    await page.getByRole("button", { name: /^Control/ }).click();
    await page.keyboard.type("b");
    await shows(page, "meant ^[^[[A^B");
    expect(await text(page)).not.toContain("slip");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  });

  test("keeps the edges of a grid where they were put", async () => {
    const [second] = [`${name}-2`];
    await rig.agent(second);
    const page = await open(`layout=2&agents=${name},${second}`);
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

  test("asks nothing of the server for what nobody sees", async () => {
    const page = await rig.context.newPage();
    pages.push(page);
    const sent: string[] = [];
    page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => void sent.push(String(payload))));
    await page.goto(`${rig.clustr.ready.url}/?previews&agents=${name}`);
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
