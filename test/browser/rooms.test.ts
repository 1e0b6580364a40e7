import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roomsStage, type RoomsStage } from "./rooms-stage.ts";
import { CHROMIUM, expectAccessible } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)("the rooms, in Chromium, over a real server", () => {
  let stage: RoomsStage;
  let root: string;
  beforeAll(async () => {
    stage = await roomsStage();
    ({ root } = stage);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const call: RoomsStage["clustr"]["client"]["call"] = (...args) => stage.clustr.client.call(...args);
  const dialog = (page: Page) => page.getByRole("dialog");
  const settled = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  const spawnDialog = async (page: Page) => {
    await settled(page);
    await page.keyboard.press("n");
    await dialog(page).getByRole("heading", { name: "Spawn an agent" }).waitFor();
    await dialog(page)
      .getByRole("radio", { name: /Script/ })
      .waitFor();
  };

  test("spawn: by keyboard alone, from a suggested name to the agent at work in its terminal", async () => {
    const page = await stage.visit(`${root}/terminals`);
    await spawnDialog(page);
    expect(await page.getByLabel("Name", { exact: true }).inputValue()).toBe("ada");
    await page.keyboard.type('[{"say": "hello from the script"}, {"sleep": 600}]');
    await page.keyboard.press("Control+Enter");
    await page.getByText("ada is at work.").waitFor();
    await expect.poll(() => page.locator(".xterm-rows").textContent()).toContain("hello from the script");
    expect(await dialog(page).count()).toBe(0);
    expect(stage.problems).toEqual([]);
  });

  test("spawn: what is wrong is said at its field, and nothing that was written is lost", async () => {
    const page = await stage.visit(`${root}/terminals`);
    await spawnDialog(page);
    const name = page.getByLabel("Name", { exact: true });
    const spawn = dialog(page).getByRole("button", { name: "Spawn" });
    for (const [typed, why] of [
      ["ADA", "mistaken for ada"],
      ["ada", "There is a live agent called ada already"],
      ["human", "reserved"],
      ["<b>", "starts with a letter or digit"],
    ] as const) {
      await name.fill(typed);
      await dialog(page).getByRole("alert").getByText(why).waitFor();
    }
    await name.fill("bram");
    await spawn.click();
    await dialog(page).getByText("Say what the agent shall do.").waitFor();
    await dialog(page).getByRole("button", { name: "Say hello" }).click();
    await page.getByRole("combobox", { name: "Folder" }).fill("../..");
    await spawn.click();
    await dialog(page)
      .getByRole("alert")
      .getByText(/outside the workspace/)
      .waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await spawnDialog(page);
    expect(await page.getByLabel("Task", { exact: true }).inputValue()).toContain("Hello from {{me}}");
    await page.getByLabel("Task", { exact: true }).fill("");
    await expect.poll(() => page.getByRole("group", { name: "Example tasks" }).getByRole("button").count()).toBe(3);
  });

  test("spawn: a folder is suggested as it is typed, and the agent works there", async () => {
    await stage.write("packages/api/readme.md", "x");
    const page = await stage.visit(`${root}/terminals`);
    await spawnDialog(page);
    await page.getByLabel("Name", { exact: true }).fill("cleo");
    await page.getByLabel("Task", { exact: true }).fill('[{"run": "pwd"}, {"sleep": 600}]');
    const folder = page.getByRole("combobox", { name: "Folder" });
    await folder.fill("pack");
    await page.getByRole("option", { name: "packages" }).waitFor();
    await folder.press("ArrowDown");
    await folder.press("Enter");
    await page.getByRole("option", { name: "packages/api" }).click();
    await page.getByText("Full", { exact: true }).click();
    await dialog(page).getByText("It asks nothing").waitFor();
    await dialog(page).getByRole("button", { name: "Spawn" }).click();
    await page.getByText("cleo is at work.").waitFor();
    const agent = (await call("agent.list", {})).find(({ name }) => name === "cleo");
    expect(agent).toMatchObject({ cwd: `${stage.clustr.folder}/packages/api`, autonomy: "full", service: "script" });
    // The service is remembered, autonomy "full" is not.
    await spawnDialog(page);
    expect(await page.getByRole("radio", { name: "Auto" }).isChecked()).toBe(true);
    expect(await page.getByRole("radio", { name: /Script/ }).isChecked()).toBe(true);
  });

  test("spawn: an agent that cannot begin says why, and the form is still there", async () => {
    const page = await stage.visit(`${root}/terminals`);
    await spawnDialog(page);
    await page.getByLabel("Name", { exact: true }).fill("dov");
    await page.getByLabel("Task", { exact: true }).fill("this is no script");
    await dialog(page).getByRole("button", { name: "Spawn" }).click();
    await dialog(page).getByRole("heading", { name: "dov could not start" }).waitFor();
    await dialog(page).getByRole("alert").waitFor();
    await expectAccessible(page);
    await dialog(page).getByRole("button", { name: "Back to the form" }).click();
    expect(await page.getByLabel("Task", { exact: true }).inputValue()).toBe("this is no script");
  });

  test("rules: a template, saved; who has older ones; every revision can be looked at and put back", async () => {
    await stage.agent("rika");
    const page = await stage.visit(`${root}/rules`);
    await page.getByRole("button", { name: "Careful with the code" }).click();
    const text = page.getByRole("textbox", { name: "Rules" });
    await page.getByText("Not saved").waitFor();
    await text.press("Control+s");
    await page.getByText("Revision 1 by you").waitFor();
    await page.getByText("Not read yet by").waitFor();
    expect((await call("rules.read", {})).text).toContain("# Careful with the code");
    await text.fill("# Short\n");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Revision 2 by you").waitFor();
    await page.getByRole("button", { name: "History" }).click();
    const revisions = page.getByRole("list", { name: "Revisions" }).getByRole("button");
    await expect.poll(() => revisions.count()).toBe(2);
    await page.locator(".cm-deletedChunk").first().waitFor();
    await expectAccessible(page);
    await revisions.nth(1).click();
    await page.getByRole("button", { name: "Put it into the editor" }).click();
    await expect.poll(() => text.innerText()).toContain("Small steps.");
    await page.getByRole("button", { name: "Discard" }).click();
    await expect.poll(() => text.innerText()).not.toContain("Small steps.");
    expect(stage.problems).toEqual([]);
  });

  test("rules: whoever was second compares, settles each difference, and overwrites nothing unseen", async () => {
    await call("rules.update", { text: "one\ntwo\nthree\nfour\nfive\n" });
    const page = await stage.visit(`${root}/rules`);
    const text = page.getByRole("textbox", { name: "Rules" });
    await text.getByText("three").waitFor();
    await text.fill("one, mine\ntwo\nthree\nfour\nfive\n");
    const theirs = await call("rules.update", { text: "one\ntwo\nthree\nfour\nfive, theirs\n" });
    await page.getByText("since you opened it").waitFor();
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("button", { name: "Take theirs" }).last().click();
    await page.getByRole("button", { name: "Keep mine" }).first().click();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(`Revision ${theirs.revision + 1} by you`).waitFor();
    expect((await call("rules.read", {})).text).toBe("one, mine\ntwo\nthree\nfour\nfive, theirs\n");
  });

  test("rules: what is written without a connection outlives a reload", async () => {
    const page = await stage.visit(`${root}/rules`);
    const text = page.getByRole("textbox", { name: "Rules" });
    await text.getByText("three").waitFor();
    await text.fill("written on a train\n");
    await stage.clustr.kill();
    await page.getByText("Not connected: kept in this browser").waitFor();
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await stage.clustr.restart();
    await page.getByText("Not saved").waitFor();
    await page.reload();
    await text.getByText("written on a train").waitFor();
    await page.getByText("Not saved").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await text.getByText("three").waitFor();
    await expect
      .poll(() => page.evaluate(`Object.keys(localStorage).filter((key) => /rules/.test(key)).length`))
      .toBe(0);
  });

  test("context: a note is made, read, changed, looked back on, deleted and brought back", async () => {
    const page = await stage.visit(`${root}/context`);
    await page.getByRole("button", { name: "New note" }).click();
    await page.getByLabel("Key", { exact: true }).fill("db/settings");
    await page.getByLabel("Value", { exact: true }).fill('{"host":"localhost","port":1}');
    await page.getByRole("button", { name: "Save" }).click();
    // JSON is laid out, a line for each part.
    await page.getByLabel("Value of db/settings").getByText('"port"').waitFor();
    expect(await page.locator(".cm-line").count()).toBe(4);
    expect(new URL(page.url()).searchParams.get("key")).toBe("db/settings");
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Value of db/settings" }).fill('{"host":"localhost","port":2}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Revision 2 by you").waitFor();
    await page.getByRole("button", { name: "More for db/settings" }).click();
    await page.getByRole("menuitem", { name: "History" }).click();
    await page.locator(".cm-deletedChunk").getByText("1").waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "More for db/settings" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await expect.poll(async () => (await call("context.list", {})).map(({ key }) => key)).not.toContain("db/settings");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await call("context.list", {})).map(({ key }) => key)).toContain("db/settings");
    expect(stage.problems).toEqual([]);
  });

  test("context: two who change the same note; the second sees the first's before saving", async () => {
    await call("context.write", { key: "plan", value: "first\n" });
    const page = await stage.visit(`${root}/context?key=plan`);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Value of plan" }).fill("mine\n");
    await call("context.write", { key: "plan", value: "theirs\n" });
    await page.getByText("since you opened it").waitFor();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".cm-deletedChunk").getByText("theirs").first().waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Revision 3 by you").waitFor();
    expect((await call("context.get", { key: "plan" })).value).toBe("mine\n");
  });

  test("context: who has read a note is said, and a deleted one is told from one that never was", async () => {
    await call("context.write", { key: "api", value: "v1" });
    await stage.agent("reader", [{ call: "read_context", with: { key: "api" } }, { sleep: 600 }]);
    const page = await stage.visit(`${root}/context?key=api`);
    await page.getByText("Read by reader").waitFor();
    await call("context.remove", { key: "api" });
    await page.getByText("api was deleted").waitFor();
    await page.getByRole("button", { name: "Bring it back" }).click();
    await page.getByText("Revision 3 by you").waitFor();
    await page.goto(`${stage.clustr.ready.url}${root}/context?key=never`);
    await page.getByText("There is no note never").waitFor();
  });

  test("projects: a bad path is refused with the reason, a new folder asks for trust once, and can be closed", async () => {
    const other = await stage.folder("other-project");
    const page = await stage.visit(`${root}/terminals`);
    await settled(page);
    await page.keyboard.press("o");
    const path = dialog(page).getByRole("textbox", { name: "Folder" });
    await path.fill(`${other}/nothing`);
    await path.press("Enter");
    await dialog(page).getByText("There is no folder").waitFor();
    await expectAccessible(page);
    await path.fill(other);
    await path.press("Enter");
    await page.getByRole("heading", { name: "Do you trust this folder?" }).waitFor();
    await dialog(page).getByText(other).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Back" }).click();
    expect((await call("workspace.list", {})).length).toBe(1);
    await path.fill(other);
    await path.press("Enter");
    await page.getByRole("button", { name: "Trust and open" }).click();
    const shown = (wanted: boolean) => page.waitForURL((url) => url.pathname.startsWith(root) === wanted);
    await shown(false);
    await settled(page);
    await page.keyboard.press("o");
    await dialog(page).getByRole("link", { name: /shop/ }).waitFor();
    await dialog(page).getByRole("button", { name: "Close other-project" }).click();
    await expect.poll(async () => (await call("workspace.list", {})).length).toBe(1);
    await shown(true);
    // Trust was given once and for all.
    await settled(page);
    await page.keyboard.press("o");
    await dialog(page)
      .getByRole("button", { name: /other-project/ })
      .click();
    await shown(false);
    const opened = (await call("workspace.list", {})).find(({ name }) => name === "other-project");
    await call("workspace.close", { id: opened?.id ?? "" });
  });

  test("projects: folders are gone to, one level at a time", async () => {
    const other = await stage.folder("browsed/inner");
    const page = await stage.visit(`${root}/terminals`);
    await settled(page);
    await page.keyboard.press("o");
    const folders = page.getByRole("region", { name: "Folders" });
    // It begins in the home folder, whose parent is the folder of this test.
    await folders.getByRole("button", { name: "The folder above" }).click();
    await folders.getByRole("button", { name: "browsed" }).click();
    await folders.getByRole("button", { name: "inner" }).waitFor();
    const path = dialog(page).getByRole("textbox", { name: "Folder" });
    expect(await path.inputValue()).toBe(other.slice(0, -"/inner".length));
    await folders.getByRole("button", { name: "inner" }).click();
    await folders.getByText("No folders in here").waitFor();
  });

  test("projects: with none open, the page is the place to open one", async () => {
    for (const { name, live } of await call("agent.list", {})) if (live) await call("agent.stop", { name });
    await call("workspace.close", { id: stage.clustr.ready.workspace });
    const page = await stage.visit("/");
    await page.getByRole("heading", { name: "Open a project", level: 1 }).waitFor();
    const recent = page.getByRole("list", { name: "Opened lately" });
    await recent.getByRole("button", { name: /shop/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole("textbox", { name: "Folder" }).fill(await stage.folder("never-seen"));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Do you trust this folder?" }).waitFor();
    await expectAccessible(page);
    await page.getByRole("button", { name: "Back" }).click();
    await recent.getByRole("button", { name: /shop/ }).click();
    await settled(page);
    // Chromium notes the refusal that asked for trust.
    expect(stage.problems.filter((problem) => !problem.includes("409"))).toEqual([]);
  });
});
