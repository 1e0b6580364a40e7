import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listOf } from "../../src/contract/mail.ts";
import type { Message } from "../../src/contract/message.ts";
import { emptyView } from "../../src/contract/view.ts";
import type { Caller } from "../../src/core/caller.ts";
import { person } from "../../src/core/caller.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const WINDOWS = [
  { width: 1440, height: 900, theme: "dark" },
  { width: 1024, height: 768, theme: "light" },
  { width: 390, height: 844, theme: "light" },
] as const;
/** What comes about by itself; with patience for a busy machine. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });
const HOSTILE = [
  `<img src=x onerror="window.hacked=1">`,
  `[x](javascript:window.hacked=1) \`</code><script>window.hacked=1</script>\``,
  "\u202eturned around\u202c \u200b\u200d\ufeff zero width",
  "\u001b[31mred\u001b[0m \u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007 \u0000\u0007",
  "w".repeat(10_000),
  "\u0301".repeat(500),
  "```\n".repeat(60),
  "שלום עולם مرحبا بالعالم",
];

describe.skipIf(CHROMIUM === undefined)("messages and their graph, in Chromium", () => {
  let stage: Stage;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    stage = await openStage();
    for (const name of ["ada", "bram", "cleo"]) ids[name] = (await stage.home.agent(name)).id;
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const ask = async (
    operation: Parameters<Stage["home"]["core"]["invoke"]>[0],
    input: object,
    caller: Caller = person,
  ) =>
    stage.home.core.invoke(operation, input, caller, {
      ...{ workspace: stage.home.workspace.id, requestId: randomUUID() },
    });
  const as = (name: string): Caller => ({
    ...person,
    actor: { kind: "agent", id: ids[name] ?? "", name },
  });
  const say = async (from: string, to: string, content: string, more: object = {}) =>
    (await ask("message.send", { to, content, ...more }, from === "human" ? person : as(from))) as Message;
  const at = (query = "") => `/w/${stage.home.workspace.id}/messages${query}`;
  const article = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });

  test("what comes is divided from what was read, and is still after a reload; once looked at it is read", async () => {
    const before = await say("ada", "human", "read long ago");
    await ask("message.mark", { up_to: before.seq });
    await say("bram", "human", "not read yet");
    const page = await stage.visit(`/w/${stage.home.workspace.id}/terminals?side=context`);
    await page.reload();
    await page.getByRole("tab", { name: /^Messages/ }).click();
    const texts = page.locator(".feed .message-text, .feed-new");
    await soon(() => texts.allTextContents()).toEqual(["read long ago", "New", "not read yet"]);
    await soon(() => stage.home.core.workspace(stage.home.workspace.id)?.view().read_up_to).toBeGreaterThan(before.seq);
    await page.reload();
    await article(page, "not read yet").waitFor();
    expect(await page.locator(".feed-new").count()).toBe(0);
    expect(stage.problems).toEqual([]);
  });

  test("a message tells how far it came, for each recipient, and why it waits", async () => {
    const page = await stage.visit(at());
    await say("human", "cleo", "are you there?");
    await article(page, "are you there?").getByText("nobody is there").waitFor();
    await say("human", "all", "to each of you");
    await article(page, "to each of you").getByRole("button", { name: "3 queued" }).click();
    const each = article(page, "to each of you").getByRole("list", { name: "What has become of it" });
    await soon(() => each.getByRole("listitem").count()).toBe(3);
    await ask("message.inbox", {}, as("cleo"));
    await article(page, "are you there?").getByText("read", { exact: true }).waitFor();
    await article(page, "to each of you").getByRole("button", { name: "2 queued 1 read" }).waitFor();
  });

  test("one's own that cannot arrive says why, and is sent again", async () => {
    await stage.home.agent("dov");
    await say("human", "dov", "you will not read this");
    await ask("agent.stop", { name: "dov" });
    await ask("agent.remove", { name: "dov" });
    await stage.home.agent("dov");
    const page = await stage.visit(at());
    await article(page, "you will not read this").getByText("its recipient was removed").waitFor();
    await article(page, "you will not read this").getByRole("button", { name: "Retry" }).click();
    await soon(() => article(page, "you will not read this").count()).toBe(2);
    await article(page, "you will not read this").last().getByText("queued").waitFor();
  });

  test("a reply is written where it belongs, stays when it cannot be sent, and leads to what it answers", async () => {
    const question = await say("ada", "human", "Shall I round up?");
    for (let count = 0; count < 30; count++) await say("human", "bram", `something else ${count}`);
    const page = await stage.visit(at(`?message=${question.id}`));
    await article(page, "Shall I round up?").hover();
    await article(page, "Shall I round up?").getByRole("button", { name: "Reply to ada" }).click();
    const refused = { code: "limited", message: "Too many messages; nothing was sent." };
    await page.route("**/messages", (route) => route.fulfill({ status: 429, json: refused }));
    const field = page.getByRole("textbox", { name: "Reply to ada" });
    await field.fill("Yes, up");
    await field.press("Enter");
    const form = page.getByRole("form", { name: "Reply to ada" });
    await form.getByRole("alert").waitFor();
    expect(await field.inputValue()).toBe("Yes, up");
    await page.unroute("**/messages");
    await form.getByRole("button", { name: "Retry" }).click();
    const reply = article(page, "Yes, up");
    await reply.waitFor();
    const { messages } = stage.home.core.workspace(stage.home.workspace.id)?.view() ?? emptyView();
    expect(listOf(messages).at(-1)).toMatchObject({ to: "ada", content: "Yes, up", reply_to: question.id });
    await reply.getByRole("button", { name: /Shall I round up/ }).click();
    await article(page, "Shall I round up?").and(page.locator("[data-lit=true]")).waitFor();
  });

  test("filters and a search over everything ever, from the address too", async () => {
    await say("bram", "cleo", "the needle, between you and me");
    await say("ada", "human", "another needle");
    for (let count = 0; count < 12; count++) await say("human", "ada", `hay ${count}`);
    const page = await stage.visit(at());
    await page.getByRole("button", { name: "Find in messages" }).click();
    await page.getByRole("searchbox", { name: "Find in all messages" }).fill("needle");
    const texts = () => page.locator(".feed .message-text").allTextContents();
    await soon(texts).toEqual(["the needle, between you and me", "another needle"]);
    await page.getByRole("button", { name: "Filter messages" }).click();
    await page.getByRole("menuitemcheckbox", { name: "cleo" }).click();
    await soon(texts).toEqual(["the needle, between you and me"]);
    await page.reload();
    await soon(texts).toEqual(["the needle, between you and me"]);
    await page.getByRole("button", { name: "Remove the filter cleo" }).click();
    await page.getByRole("searchbox", { name: "Find in all messages" }).fill("no such thing");
    await page.getByRole("button", { name: "Show all messages" }).click();
    await article(page, "hay 11").waitFor();
  });

  test("it stays where one reads, and counts what came meanwhile", async () => {
    for (let count = 0; count < 15; count++) await say("human", "ada", `straw ${count}`);
    const page = await stage.visit(at());
    await article(page, "straw 14").waitFor();
    await page.locator(".feed").hover();
    await page.mouse.wheel(0, -600);
    const pill = page.locator(".feed-pill").getByRole("button");
    await pill.waitFor();
    const top = () => page.locator(".feed").evaluate((box) => box.scrollTop);
    await soon(async () => (await top()) === (await (await page.waitForTimeout(150), top()))).toBe(true);
    const was = await top();
    await say("ada", "human", "while you read");
    await say("ada", "human", "and again");
    await soon(() => pill.textContent()).toBe("2 new");
    expect(Math.abs((await top()) - was)).toBeLessThan(2);
    await pill.click();
    await article(page, "and again").waitFor();
    await soon(() => pill.count()).toBe(0);
    const toEnd = () => page.locator(".feed").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    await page.setViewportSize({ width: 1440, height: 600 });
    await soon(toEnd).toBeLessThan(2);
  });

  test("a long one is folded, and what the page does not hold is fetched when it is opened", async () => {
    await say("ada", "human", `long ${"word ".repeat(20_000)} the end`);
    const page = await stage.visit(at());
    await article(page, "long word").getByRole("button", { name: "Show all, 100 kB" }).click();
    await article(page, "the end").waitFor();
  });

  test.each(WINDOWS)("what somebody writes is text and breaks nothing, at $width px, $theme", async (window) => {
    for (const text of HOSTILE) await say("bram", "human", text);
    const page = await stage.visit(at("?who=bram,human"), { viewport: window, colorScheme: window.theme });
    await article(page, "שלום").last().waitFor();
    await expectAccessible(page);
    const feed = page.locator(".feed");
    await feed.hover();
    for (let step = 0; step < 6; step++) {
      expect(await feed.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(false);
      await page.mouse.wheel(0, -500);
      await page.waitForTimeout(50);
    }
    expect(await page.evaluate(`"hacked" in window || document.documentElement.scrollWidth > innerWidth`)).toBe(false);
    expect(stage.problems).toEqual([]);
  });

  test("the graph shows who writes to whom, a line filters the feed, somebody selects an agent", async () => {
    await say("bram", "ada", "only between us");
    const page = await stage.visit(`/w/${stage.home.workspace.id}/graph?side=messages`);
    const line = page.locator('[data-link="bram ada"]');
    await line.waitFor({ state: "attached" });
    await line.dispatchEvent("click");
    const texts = () => page.locator(".feed .message-text").allTextContents();
    await soon(texts).toEqual(["only between us"]);
    await page.getByRole("list", { name: "Who is here" }).getByRole("button", { name: /^ada/ }).click();
    await soon(() => new URL(page.url()).searchParams.get("agent")).toBe("ada");
    const pulse = page.waitForSelector(".graph-pulse", { state: "attached" });
    await say("ada", "bram", "a pulse");
    await pulse;
    await soon(() => page.locator(".graph-pulse").count()).toBe(0);
    await page.getByRole("button", { name: "Table" }).click();
    await page.getByRole("button", { name: "Read messages of ada to bram" }).waitFor();
    await expectAccessible(page);
  });

  test.each(WINDOWS)(
    "the graph is for everybody, and still where motion is not wanted, at $width px",
    async (window) => {
      const page = await stage.visit(`/w/${stage.home.workspace.id}/graph`, {
        ...{ viewport: window, colorScheme: window.theme === "dark" ? "light" : "dark", reducedMotion: "reduce" },
      });
      await page.locator(".graph-line").first().waitFor({ state: "attached" });
      await say("bram", "ada", "nothing moves");
      await soon(() => page.locator('[data-link="bram ada"]').count()).toBe(1);
      expect(await page.locator(".graph-pulse").count()).toBe(0);
      await expectAccessible(page);
      expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(window.width);
    },
  );
});
