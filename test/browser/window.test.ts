import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person } from "../../src/core/caller.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)("the window", () => {
  let stage: Stage;
  let room: string;
  beforeAll(async () => {
    stage = await openStage();
    room = `/w/${stage.home.workspace.id}`;
    for (const name of ["ada", "bram"]) await stage.home.agent(name);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const rows = (page: Page) => page.getByRole("navigation", { name: "Agents" }).getByRole("listitem");

  test("keeps its panels as they were left: dragged, moved by keys, put back, put away", async () => {
    const page = await stage.visit(room);
    const left = page.getByRole("navigation", { name: "Agents" });
    const width = async () => Math.round((await left.boundingBox())?.width ?? 0);
    const edge = page.getByRole("separator", { name: "Width of the agents" });
    const usual = await width();
    await edge.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(width).toBe(usual + 16);
    const box = await edge.boundingBox();
    await page.mouse.move((box?.x ?? 0) + 2, 400);
    await page.mouse.down();
    await page.mouse.move((box?.x ?? 0) + 42, 400, { steps: 4 });
    await page.mouse.up();
    await expect.poll(width).toBe(usual + 56);
    await page.reload();
    await left.waitFor();
    await expect.poll(width).toBe(usual + 56);
    await edge.dblclick();
    await expect.poll(width).toBe(usual);
    await page.getByRole("button", { name: "Show or hide the agents" }).click();
    await left.waitFor({ state: "hidden" });
    await page.keyboard.press("[");
    await left.waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("finds agents and runs commands by keyboard alone", async () => {
    const page = await stage.visit(room);
    await rows(page).first().waitFor();
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Search or run a command" });
    await field.waitFor();
    await expectAccessible(page);
    await page.keyboard.type("@bram");
    await page.getByRole("option", { name: "bram" }).waitFor();
    await page.keyboard.press("Enter");
    await field.waitFor({ state: "detached" });
    await expect.poll(() => page.url()).toContain("agent=bram");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("light");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(`document.documentElement.dataset.theme`)).toBe("light");
    await page.reload();
    await expect.poll(() => page.evaluate(`document.documentElement.dataset.theme`)).toBe("light");
    expect(stage.problems).toEqual([]);
  });

  test("shows every key it knows, and each of them works outside of terminals and fields only", async () => {
    const page = await stage.visit(room);
    await rows(page).first().waitFor();
    await page.locator(".xterm-rows").first().waitFor();
    await page.evaluate(`document.activeElement?.blur()`);
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys" });
    for (const command of ["Search or run a command", "Leave the terminal", "Go to Inbox", "Write a message"])
      await sheet.getByText(command, { exact: true }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByText("Nothing needs you").waitFor();
    await page.keyboard.press("m");
    await page.keyboard.type("gi?[");
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("gi?[");
    await page.getByRole("textbox", { name: "Message" }).fill("");
    expect(stage.problems).toEqual([]);
  });

  test("takes one chord from a focused terminal and nothing else", async () => {
    const page = await stage.visit(`${room}/terminals?agent=ada`);
    const typed = () => stage.home.host.typed(Object.values(ids()).find(({ name }) => name === "ada")?.id + ".1");
    const ids = () => stage.home.core.workspace(stage.home.workspace.id)?.view().agents ?? {};
    await page.locator(".xterm-screen").first().click();
    await page.keyboard.type("?gm");
    await page.keyboard.press("Control+k");
    await expect.poll(typed).toContain("?gm\x0b");
    await page.keyboard.press("Control+Shift+Period");
    await expect.poll(() => page.evaluate(`document.activeElement.closest(".xterm") === null`)).toBe(true);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or run a command" }).waitFor();
  });

  test("opens every room by its address, goes back, and has a way on from an unknown one", async () => {
    const page = await stage.visit(`${room}/inbox`);
    await page.getByText("Nothing needs you").waitFor();
    await page.getByRole("tab", { name: "Terminals" }).click();
    await page.goBack();
    await page.getByText("Nothing needs you").waitFor();
    await page.goto(`${stage.home.server.url}${room}/rules`);
    await page.getByRole("tab", { name: "Rules", selected: true }).waitFor();
    await page.goto(`${stage.home.server.url}${room}/nowhere`);
    await page.getByText("There is no such view").waitFor();
    await page.getByRole("link", { name: "Go to Terminals" }).click();
    await page.locator(".xterm-rows").first().waitFor();
    await page.goto(`${stage.home.server.url}${room}/terminals?agent=zed`);
    await page.getByText("There is no agent called zed").waitFor();
    await page.goto(`${stage.home.server.url}/w/none`);
    await page.getByText("No workspace of this address is open").waitFor();
    await page.getByRole("link", { name: /Go to/ }).click();
    await rows(page).first().waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("says that contact is lost, keeps what is written, and says what happened meanwhile", async () => {
    const page = await stage.visit(room);
    await page.getByRole("textbox", { name: "Message" }).fill("half a thought");
    // Sockets end and cannot come back: a dead network.
    await page.context().setOffline(true);
    await stage.home.restartServer();
    await page.getByText(/Reconnecting/).waitFor();
    await page.getByText("your draft is kept").waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.getByText(/as of/).waitFor();
    await expectAccessible(page);
    await stage.home.core.invoke("context.write", { key: "meanwhile", value: "x" }, person, {
      ...{ workspace: stage.home.workspace.id, requestId: "meanwhile" },
    });
    await page.context().setOffline(false);
    await page.getByText("Back. 1 event while away.").waitFor();
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("half a thought");
    await page.reload();
    await expect.poll(() => page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("half a thought");
  });
});
