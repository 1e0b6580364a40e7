import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { person } from "../../src/core/caller.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(CHROMIUM === undefined)("an address of a workspace that is not open", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.home.agent("ada");
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  let calls = 0;
  const close = (id: string) =>
    stage.home.core.invoke("workspace.close", { id }, person, {
      ...{ requestId: `close ${++calls}` },
    });

  test.each([
    ["a wide window", {}],
    ["a phone", PHONE],
  ])("says which one it is and opens it again, at the very place that was asked for, on %s", async (_name, window) => {
    const { home } = stage;
    await close(home.other.id);
    const page = await stage.visit(undefined, window);
    await page.goto(`${home.server.url}/w/${home.other.id}/inbox?item=q1`);
    await page.getByRole("heading", { name: "beta is closed", level: 1 }).waitFor();
    await page.getByText(home.other.path).waitFor();
    expect(await page.getByRole("link", { name: "Go to alpha" }).getAttribute("href")).toBe(`/w/${home.workspace.id}`);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByText("Nothing needs you").waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`/w/${home.other.id}/inbox?item=q1`);
    expect(stage.problems).toEqual([]);
  });

  test("says so when it is closed while it is on the screen", async () => {
    const { home } = stage;
    const page = await stage.visit(`/w/${home.other.id}/terminals`);
    await page.getByRole("heading", { name: "Nobody works here yet" }).waitFor();
    await close(home.other.id);
    await page.getByRole("heading", { name: "beta is closed" }).waitFor();
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("heading", { name: "Nobody works here yet" }).waitFor();
  });

  test("that nobody knows lists what there is, and says what is wrong when the folder cannot be opened", async () => {
    const { home } = stage;
    const page = await stage.visit();
    await page.goto(`${home.server.url}/w/none`);
    await page.getByRole("heading", { name: "No workspace of this address is open" }).waitFor();
    await page.getByRole("list", { name: "Opened lately" }).getByRole("link", { name: /beta/ }).waitFor();
    await expectAccessible(page);
    await close(home.other.id);
    await page.goto(`${home.server.url}/w/${home.other.id}`);
    await page.getByRole("button", { name: "Open it" }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Open it" }).click();
    await page
      .getByRole("alert")
      .getByText(/The Clustr server/)
      .waitFor({ timeout: 10_000 });
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Open it" }).click();
    await page.getByRole("heading", { name: "Nobody works here yet" }).waitFor();
  });
});
