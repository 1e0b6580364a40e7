import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { person } from "../../src/core/caller.ts";
import type { TestHome } from "../server/home.ts";
import { builtPage } from "./built-page.ts";
import { CHROMIUM, openStage, type Stage } from "./stage.ts";

const ESC = "\x1b";

describe.skipIf(CHROMIUM === undefined)("the page, in Chromium", () => {
  let stage: Stage;
  let home: TestHome;
  let page: Page;
  let ada: { terminal: string };
  let problems: string[];

  beforeAll(async () => {
    stage = await openStage();
    ({ home, problems } = stage);
    ada = await home.agent("ada");
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  /** A page of somebody who has just opened their link. Whatever it complains about fails the test. */
  beforeEach(async () => {
    page = await stage.visit();
    // What the terminal held comes with its first screen: from then on it is followed.
    await page.locator(".xterm-rows", { hasText: "screen@" }).waitFor();
  });

  const print = (text: string) => home.host.print(ada.terminal, Buffer.from(text));
  const shows = (text: string) =>
    expect.poll(() => page.locator(".xterm-rows").textContent(), { timeout: 15_000 }).toContain(text);

  test("shows a terminal live and types into it; the link is gone from the address", async () => {
    expect(page.url()).toBe(`${home.server.url}/w/${home.workspace.id}`);
    print("hello from the program\r\n");
    await shows("hello from the program");
    await page.locator(".xterm-screen").click();
    await page.keyboard.type("ls -l\n");
    await expect.poll(() => home.host.typed(ada.terminal)).toContain("ls -l\r");
    expect(problems).toEqual([]);
  });

  test("never answers what a program asks its terminal: that would type into it, once per open page", async () => {
    const before = home.host.typed(ada.terminal);
    const queries = [
      "[c",
      "[>c",
      "[=c",
      "[5n",
      "[6n",
      "[?6n",
      "[?1;2$p",
      "[4$p",
      "[>q",
      "[?u",
      "[14t",
      "[18t",
      "[21t",
      "]4;1;?\x07",
      "]10;?\x07",
      "]11;?\x07",
      "]12;?\x07",
      "]52;c;?\x07",
      "P$qm\x1b\\",
      "P+q544e\x1b\\",
    ];
    for (const query of queries) print(ESC + query);
    print("\r\nasked everything");
    await shows("asked everything");
    await page.waitForTimeout(100);
    expect(JSON.stringify(home.host.typed(ada.terminal).slice(before.length))).toBe('""');
  });

  test("shows what agents write as text, whatever it says", async () => {
    const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>`;
    const call = { workspace: home.workspace.id, requestId: "hostile" };
    await home.core.invoke("message.send", { to: "ada", content: hostile }, person, call);
    await home.core.invoke("context.write", { key: hostile, value: hostile }, person, {
      ...call,
      requestId: "hostile-2",
    });
    await page.getByText(hostile).waitFor();
    await page.getByRole("tab", { name: "Context" }).click();
    await page.getByRole("heading", { name: hostile }).waitFor();
    expect(await page.evaluate(`"hacked" in window`)).toBe(false);
    expect(problems).toEqual([]);
  });

  test("sends a message, and saves rules with the revision that was read", async () => {
    await page.getByRole("button", { name: "Choose recipients" }).click();
    await page.getByRole("menuitemcheckbox", { name: "ada" }).click();
    await page.getByLabel("Message", { exact: true }).fill("how far are you?");
    await page.keyboard.press("Enter");
    await page.getByRole("log").getByText("how far are you?").waitFor();
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByRole("textbox", { name: "Rules" }).fill("Test first.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Revision 2 by you").waitFor();
  });

  test("shows what waits for the person above all else, and answers it with what is on the screen", async () => {
    await home.report("ada", {
      type: "attention",
      item: {
        ...{ kind: "permission", title: "Run a command?", detail: "rm -rf build", key: "k1" },
        answers: ["allow", "always", "deny"],
      },
    });
    const band = page.getByRole("region", { name: "Needs you" });
    await band.getByText("rm -rf build").waitFor();
    await band.getByRole("button", { name: "Always allow ada" }).waitFor();
    await band.getByRole("button", { name: "Deny", exact: true }).click();
    await band.waitFor({ state: "detached" });
    await home.report("ada", {
      type: "attention",
      item: {
        ...{ kind: "question", title: "Which colour?", key: "k2", answers: ["option", "text"] },
        options: [{ label: "green" }, { label: "blue" }],
      },
    });
    await band.getByRole("button", { name: "blue" }).click();
    await band.waitFor({ state: "detached" });
    await home.report("ada", {
      type: "attention",
      item: { ...{ kind: "question", title: "Why?", key: "k3" }, answers: ["text"] },
    });
    await band.getByRole("textbox", { name: "Your answer" }).fill("because");
    await page.keyboard.press("Enter");
    await band.waitFor({ state: "detached" });
    expect(home.answered).toEqual([
      { agent: "ada", key: "k1", answer: { kind: "deny" } },
      { agent: "ada", key: "k2", answer: { kind: "option", index: 1, label: "blue" } },
      { agent: "ada", key: "k3", answer: { kind: "text", text: "because" } },
    ]);
    expect(problems).toEqual([]);
  });

  test("lets no click through to what has just moved under it", async () => {
    const ben = await home.agent("ben");
    const item = { kind: "permission" as const, title: "Run a command?", answers: ["allow" as const, "deny" as const] };
    await home.report("ada", { type: "attention", item: { ...item, key: "k4" } });
    await home.report("ben", { type: "attention", item: { ...item, key: "k5" } });
    await page.getByRole("tab", { name: "Inbox" }).click();
    const items = page.getByRole("list", { name: "Needs you" }).getByRole("article");
    await expect.poll(() => items.count()).toBe(2);
    await page.locator("[data-moving]").waitFor({ state: "detached" });
    const spot = await items.first().getByRole("button", { name: "Allow once" }).boundingBox();
    const click = () => page.mouse.click((spot?.x ?? 0) + 5, (spot?.y ?? 0) + 5);
    await click();
    await page.locator("[data-moving]").waitFor();
    await click();
    await page.locator("[data-moving]").waitFor({ state: "detached" });
    expect(home.answered.map(({ key }) => key)).not.toContain("k5");
    await click();
    await expect.poll(() => home.answered.at(-1)).toEqual({ agent: "ben", key: "k5", answer: { kind: "allow" } });
    await home.core.invoke("agent.stop", { name: "ben" }, person, {
      ...{ workspace: home.workspace.id, requestId: ben.id },
    });
  });

  test("shows what has become of a message, with the reason it waits", async () => {
    const call = { workspace: home.workspace.id, requestId: "ladder" };
    await home.core.invoke("message.send", { to: "ada", content: "are you there?" }, person, call);
    const message = page.getByRole("log").getByRole("article").filter({ hasText: "are you there?" }).first();
    await message.getByText("queued").waitFor();
    await message.getByText("nobody is there").waitFor();
  });

  test("comes back by itself when the server does, without a byte lost", async () => {
    print("before the restart\r\n");
    await shows("before the restart");
    const restarted = home.restartServer();
    print("while it was away\r\n");
    await restarted;
    print("after it\r\n");
    for (const text of ["before the restart", "while it was away", "after it"]) await shows(text);
    await page.getByText("Connected").waitFor();
  });

  test("is readable on every width", async () => {
    const call = { workspace: home.workspace.id };
    await home.core.invoke("message.send", { to: "ada", content: "hello" }, person, { ...call, requestId: "width" });
    await home.core.invoke("context.write", { key: "a", value: "b" }, person, { ...call, requestId: "width-2" });
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(width);
    }
    const bar = page.getByRole("navigation", { name: "Views" });
    for (const [tab, content] of [
      ["Agents", page.getByRole("heading", { name: "Agents" })],
      ["Terminal", page.getByRole("group", { name: "Terminal of ada" })],
      ["Messages", page.getByRole("log", { name: "Messages" })],
    ] as const) {
      await bar.getByRole("button", { name: tab }).click();
      await content.waitFor();
    }
    for (const [item, content] of [
      ["Rules", page.getByRole("textbox", { name: "Rules" })],
      ["Context", page.getByRole("group", { name: "Shared context" })],
    ] as const) {
      await bar.getByRole("button", { name: "More" }).click();
      await page.getByRole("menuitem", { name: item }).click();
      await content.waitFor();
    }
  });

  test("asks the server in a first script of its own, which waits for no other", async () => {
    const built = await builtPage();
    const html = await readFile(join(built, "index.html"), "utf8");
    const scripts = [...html.matchAll(/<script type="module"[^>]+src="\/assets\/([\w.-]+)"/g)].flatMap(
      ([, name]) => name ?? [],
    );
    const at = (name: string) => scripts.findIndex((script) => script.startsWith(`${name}-`));
    expect(at("early")).toBeGreaterThanOrEqual(0);
    expect(at("early")).toBeLessThan(at("page"));
    const early = await readFile(join(built, "assets", scripts[at("early")] ?? ""), "utf8");
    expect(early).toContain("/ws");
    const waitsFor = [...early.matchAll(/(?:^|[;}\n])import(?:[\w$*{}\s,]+from)?\s*"\.\/([\w.-]+\.js)"/g)];
    expect(waitsFor.map(([, name]) => name)).toEqual([]);
  });

  test("tells somebody without a login what to do", async () => {
    const response = await fetch(home.server.url, { headers: { accept: "text/html" } });
    expect(response.status).toBe(401);
    expect(await response.text()).toContain("clustr link");
  });
});
