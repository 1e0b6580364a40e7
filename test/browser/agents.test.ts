import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listOf } from "../../src/contract/mail.ts";
import { emptyView } from "../../src/contract/view.ts";
import { person } from "../../src/core/caller.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

/** Notes what would be shown outside the page, and says that nobody looks at it; both runs before the page does. */
const OUTSIDE = `
  window.shown = [];
  window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) { super(); shown.push({ title, ...options }); window.latest = this; }
    close() {}
  };
  document.hasFocus = () => false;`;

describe.skipIf(CHROMIUM === undefined)("a person with their agents", () => {
  let stage: Stage;
  let room: string;
  beforeAll(async () => {
    stage = await openStage();
    room = `/w/${stage.home.workspace.id}`;
    for (const name of ["ada", "bram", "cleo"]) await stage.home.agent(name);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const call = (requestId: string) => ({
    ...{ workspace: stage.home.workspace.id, requestId },
  });
  const rows = (page: Page) => page.getByRole("navigation", { name: "Agents" }).getByRole("listitem");
  const message = (page: Page) => page.getByRole("textbox", { name: "Message" });
  const sent = () => {
    const { messages } = stage.home.core.workspace(stage.home.workspace.id)?.view() ?? emptyView();
    return listOf(messages).map(({ to, content, urgency }) => ({ to, content, urgency }));
  };

  test("sees who needs them first, wherever they look: in the list, the tab's title and a notification that leads there", async () => {
    const page = await stage.visit(`${room}/rules`);
    await rows(page).nth(2).waitFor();
    await page.context().addInitScript({ content: OUTSIDE });
    await page.reload();
    await rows(page).nth(2).waitFor();
    // From here on what comes is new; what was there before is on the screen already.
    await expect.poll(() => page.title(), { timeout: 5000 }).toBe(`${stage.home.workspace.name} – Clustr`);
    await stage.home.report("cleo", {
      type: "attention",
      item: {
        ...{ kind: "permission", title: "Run the tests?", detail: "npm test", key: "n1" },
        answers: ["allow", "deny"],
      },
    });
    await rows(page).first().getByText("cleo").waitFor();
    await rows(page).first().getByText("needs you").waitFor();
    await expect.poll(() => page.title()).toBe(`(1) ${stage.home.workspace.name} – Clustr`);
    expect(await page.evaluate(`shown`)).toMatchObject([{ title: "cleo needs you", body: "Run the tests?" }]);
    await page.evaluate(`latest.dispatchEvent(new Event("click"))`);
    const item = page.getByRole("list", { name: "Needs you" }).getByRole("listitem").first();
    await expect.poll(() => item.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await item.getByRole("button", { name: "Deny and say why…" }).click();
    await item.getByRole("textbox", { name: /Why not/ }).fill("they take an hour");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing needs you").waitFor();
    await expect.poll(() => page.title()).toBe(`${stage.home.workspace.name} – Clustr`);
    expect(stage.home.answered.at(-1)).toEqual({
      ...{ agent: "cleo", key: "n1", answer: { kind: "deny", reason: "they take an hour" } },
    });
    expect(stage.problems).toEqual([]);
  });

  test("writes to one, to several and to all, by name and with the urgency that is wanted", async () => {
    const page = await stage.visit(`${room}/terminals?agent=bram&side=rules`);
    await page.getByRole("button", { name: "To bram" }).waitFor();
    await message(page).fill("@cl");
    await page.getByRole("option", { name: "cleo" }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "To cleo" }).click();
    await page.getByRole("menuitemcheckbox", { name: "ada" }).click();
    await page.getByRole("button", { name: "Arrives: Now" }).click();
    await page.getByRole("menuitemradio", { name: "When idle" }).click();
    await message(page).fill("stand-up in five, @br");
    await page.getByRole("option", { name: "bram" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await message(page).inputValue()).toBe("stand-up in five, @bram ");
    await page.keyboard.press("Enter");
    await expect.poll(() => message(page).inputValue()).toBe("");
    const content = "stand-up in five, @bram ";
    expect(sent().slice(-2)).toEqual([
      { to: "cleo", content, urgency: "idle" },
      { to: "ada", content, urgency: "idle" },
    ]);
    await page.getByRole("button", { name: "To bram" }).waitFor();
    await page.getByRole("button", { name: "To bram" }).click();
    await page.getByRole("menuitemcheckbox", { name: "All agents" }).click();
    await message(page).fill("hello all");
    await page.keyboard.press("Enter");
    await expect.poll(() => sent().at(-1)).toEqual({ to: "all", content: "hello all", urgency: "now" });
    expect(stage.problems).toEqual([]);
  });

  test("a message half written stays with whom it was begun for, whoever is looked at meanwhile", async () => {
    const page = await stage.visit(`${room}/terminals?agent=bram`);
    await page.getByRole("button", { name: "To bram" }).waitFor();
    await message(page).fill("only for you");
    await rows(page).filter({ hasText: "ada" }).getByRole("button").first().click();
    await expect.poll(() => page.url()).toContain("agent=ada");
    await page.getByRole("button", { name: "To bram" }).waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => sent().at(-1)).toEqual({ to: "bram", content: "only for you", urgency: "now" });
    await page.getByRole("button", { name: "To ada" }).waitFor();
  });

  test("learns why an agent has its status, stops it, and takes a removal back", async () => {
    const page = await stage.visit(`${room}?side=rules`);
    const row = rows(page).filter({ hasText: "ada" });
    const more = page.getByRole("button", { name: "More about ada" });
    const menu = page.getByRole("menu", { name: "What to do with ada" });
    await row.hover();
    await more.click();
    await expectAccessible(page);
    await menu.getByRole("menuitem", { name: "Why this status" }).click();
    await page.getByRole("dialog", { name: "Why ada has this status" }).getByText("process").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await more.click();
    expect(await menu.getByRole("menuitem", { name: /Remove/ }).getAttribute("aria-disabled")).toBe("true");
    await menu.getByRole("menuitem", { name: "Stop", exact: true }).click();
    await row.getByText("stopped").waitFor();
    await more.click();
    await menu.getByRole("menuitem", { name: "Remove" }).click();
    await expect.poll(() => rows(page).count()).toBe(2);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => rows(page).count()).toBe(3);
    await more.click();
    await menu.getByRole("menuitem", { name: "Remove" }).click();
    const names = () =>
      Object.values(stage.home.core.workspace(stage.home.workspace.id)?.view().agents ?? {}).map(({ name }) => name);
    await expect.poll(names, { timeout: 10_000 }).not.toContain("ada");
    expect(stage.problems).toEqual([]);
  });

  test("says why nothing can be sent when nobody is there", async () => {
    const page = await stage.visit(`/w/${stage.home.other.id}`);
    await page.getByText("Nobody is here to write to yet.").waitFor();
    await message(page).fill("hello?");
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
  });

  test("sees what is new from whom until it was on the screen", async () => {
    const page = await stage.visit(`${room}/terminals?side=rules`);
    await rows(page).first().waitFor();
    const { id } = Object.values(stage.home.core.workspace(stage.home.workspace.id)?.view().agents ?? {}).find(
      ({ name }) => name === "bram",
    ) ?? { id: "" };
    const bram = { kind: "agent" as const, id, name: "bram" };
    await stage.home.core.invoke(
      "message.send",
      { to: "human", content: "done" },
      { ...person, actor: bram },
      call("new"),
    );
    await rows(page).filter({ hasText: "bram" }).getByRole("img", { name: "1 unread" }).waitFor();
    await page.getByRole("tab", { name: "Messages 1" }).click();
    await rows(page).getByRole("img", { name: "1 unread" }).waitFor({ state: "detached" });
    expect(stage.problems).toEqual([]);
  });
});
