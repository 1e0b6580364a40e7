import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(CHROMIUM === undefined)("an agent that has spawned others", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  let calls = 0;
  const agents = () => Object.values(stage.home.core.workspace(stage.home.workspace.id)?.view().agents ?? {});
  const alive = () => agents().flatMap(({ name, live, stopping }) => (live && !stopping ? [name] : []));
  /** `parent` spawns an agent of this name. */
  const spawn = async (parent: string, name: string) => {
    const { home } = stage;
    const caller = home.core.agent(home.workspace.id, agents().find((one) => one.name === parent)?.id ?? "");
    if (!caller) throw new Error(`no ${parent}`);
    await home.core.invoke("agent.spawn", { name, task: "wait", service: "idle" }, caller, {
      ...{ workspace: home.workspace.id, requestId: `spawn ${++calls}` },
    });
  };
  const menu = async (page: Page, name: string, item: string) => {
    await page.getByRole("button", { name: `More about ${name}`, exact: true }).click();
    await page.getByRole("menuitem", { name: item, exact: true }).click();
  };

  test.each([
    ["a wide window", {}],
    ["a phone", PHONE],
  ])("is stopped alone or with all of them, as its person chooses, on %s", async (name, window) => {
    const [root, child, grandchild] = ["root", "child", "grandchild"].map((one) => `${one}-${name.split(" ").at(-1)}`);
    if (!root || !child || !grandchild) throw new Error("names");
    await stage.home.agent(root);
    await spawn(root, child);
    await spawn(child, grandchild);
    const page = await stage.visit(`/w/${stage.home.workspace.id}/agents`, window);
    await menu(page, root, "Stop…");
    const dialog = page.getByRole("dialog", { name: `Stop ${root}?` });
    await dialog.getByRole("list", { name: "Alive below it" }).getByText(grandchild, { exact: true }).waitFor();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Leave all" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(alive()).toEqual(expect.arrayContaining([root, child, grandchild]));
    await menu(page, root, "Stop…");
    await dialog.getByRole("button", { name: `Only ${root}` }).click();
    await expect.poll(alive).not.toContain(root);
    expect(alive()).toEqual(expect.arrayContaining([child, grandchild]));
    await dialog.waitFor({ state: "detached" });
    await menu(page, root, "Stop those it spawned…");
    await page.getByRole("dialog").getByRole("button", { name: "Stop all 2" }).click();
    await page.getByText(`Stopped 2 agents below ${root}.`).waitFor();
    expect(alive()).not.toEqual(expect.arrayContaining([child]));
    expect(alive()).not.toEqual(expect.arrayContaining([grandchild]));
    expect(stage.problems).toEqual([]);
  });
});
