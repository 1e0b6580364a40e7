import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(CHROMIUM === undefined)("what waits for a person", () => {
  let stage: Stage;
  let inbox: string;
  beforeAll(async () => {
    stage = await openStage();
    inbox = `/w/${stage.home.workspace.id}/inbox`;
    for (const name of ["ada", "bram"]) await stage.home.agent(name);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const ask = (agent: string, key: string, more: object = {}) =>
    stage.home.report(agent, {
      type: "attention",
      item: {
        kind: "permission",
        title: "Run the tests?",
        detail: "npm test",
        key,
        answers: ["allow", "deny"],
        ...more,
      },
    });
  const several = { kind: "question", title: "Which ones?", several: true, answers: ["option"] };
  const options = [{ label: "tests", description: "all of them" }, { label: "docs" }, { label: "build" }];
  const waits = (page: Page) => page.getByRole("list", { name: "Needs you" }).getByRole("listitem");
  const title = (count: number) => `${count > 0 ? `(${count}) ` : ""}${stage.home.workspace.name} – Clustr`;

  test.each([
    ["a wide window", {}],
    ["a phone", PHONE],
  ])("is answered with several options at once, sent only when they say so, on %s", async (name, window) => {
    await ask("ada", `several ${name}`, { ...several, detail: name, options });
    const page = await stage.visit(inbox, window);
    const item = waits(page).filter({ hasText: "Which ones?" });
    const send = item.getByRole("button", { name: /Choose one or more|Send/ });
    expect(await send.isDisabled()).toBe(true);
    for (const label of ["build", "docs", "tests"]) await item.getByRole("checkbox", { name: label }).check();
    await item.getByRole("checkbox", { name: "docs" }).uncheck();
    await expectAccessible(page);
    await item.getByRole("button", { name: "Send 2 answers" }).click();
    await page.getByText("Nothing needs you").waitFor();
    const { key, answer } = stage.home.answered.at(-1) ?? {};
    expect(key).toBe(`several ${name}`);
    expect(answer).toEqual({ kind: "option", index: 0, label: "tests", more: [{ index: 2, label: "build" }] });
    expect(stage.problems).toEqual([]);
  });

  test("is put aside: counted nowhere, still there, and the same in another window; then brought back", async () => {
    await ask("ada", "aside");
    const page = await stage.visit(inbox);
    await expect.poll(() => page.title()).toBe(title(1));
    const phone = await page.context().newPage();
    await phone.setViewportSize(PHONE.viewport);
    await phone.goto(stage.home.server.url + inbox);
    await waits(phone).first().waitFor();
    await page.getByRole("button", { name: "Snooze" }).click();
    await page.getByRole("menuitem", { name: "For an hour" }).click();
    for (const each of [page, phone]) {
      await each.getByText("Nothing needs you").waitFor();
      await expect.poll(() => each.title()).toBe(title(0));
      await each.getByText("Put aside 1").click();
      await each.getByRole("list", { name: "Put aside" }).getByText("npm test").waitFor();
    }
    await page.getByRole("navigation", { name: "Agents" }).getByText("snoozed").waitFor();
    expect(await page.getByText("waiting for you").count()).toBe(0);
    await expectAccessible(page);
    await phone.getByRole("button", { name: "Bring back" }).click();
    for (const each of [page, phone]) {
      await waits(each).first().waitFor();
      await expect.poll(() => each.title()).toBe(title(1));
    }
    await phone.close();
    await page.evaluate(`document.activeElement?.blur()`);
    await page.keyboard.press("h");
    await page.getByText("ada is put aside for 10 minutes.").waitFor();
    await page.getByRole("button", { name: "Undo" }).last().click();
    await waits(page).first().getByRole("button", { name: "Deny", exact: true }).click();
    await page.getByText("Nothing needs you").waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("is found again when it was answered: what, by whom and how, and from an address that is out of date", async () => {
    await ask("bram", "found");
    const page = await stage.visit(inbox);
    await waits(page).first().getByRole("button", { name: "Deny and say why…" }).click();
    await page.getByRole("textbox", { name: /Why not/ }).fill("too slow");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing needs you").waitFor();
    await page.goto(`${stage.home.server.url}${inbox}?item=q000000`);
    await page.getByText("What was asked there is answered").waitFor();
    await page.getByRole("button", { name: "Show what was handled" }).click();
    const first = page.getByRole("list", { name: "Handled" }).getByRole("listitem").first();
    await first.getByText("npm test").waitFor();
    expect(await first.innerText()).toMatch(/bram[^]*Denied[^]*too slow[^]*you/);
    await expectAccessible(page);
    // Open, it follows what others answer.
    await ask("ada", "followed", { title: "Deploy?" });
    await waits(page).first().getByRole("button", { name: "Allow once" }).click();
    await page.getByRole("list", { name: "Handled" }).getByText("Deploy?").waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("cannot be put aside or answered without contact, and what was handled says so", async () => {
    await ask("bram", "offline");
    const page = await stage.visit(inbox);
    await waits(page).first().waitFor();
    await page.context().setOffline(true);
    await stage.home.restartServer();
    await page.getByText(/Reconnecting/).waitFor();
    expect(await page.getByRole("button", { name: "Snooze" }).isDisabled()).toBe(true);
    await page.getByText("Handled", { exact: true }).click();
    await page.getByText("Not connected.").waitFor();
    await expectAccessible(page);
    await page.context().setOffline(false);
    await page.getByRole("list", { name: "Handled" }).waitFor();
  });
});
