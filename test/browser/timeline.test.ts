import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../src/contract/message.ts";
import { person, type Caller } from "../../src/core/caller.ts";
import { file } from "../attribution/folder.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const WINDOWS = [
  { width: 1440, height: 900, theme: "dark" },
  { width: 1024, height: 768, theme: "light" },
  { width: 390, height: 844, theme: "light" },
] as const;
/** What comes about by itself; with patience for a busy machine. */
const soon = <T>(look: () => T) => expect.poll(look, { timeout: 10_000 });

describe.skipIf(CHROMIUM === undefined)("the timeline, in Chromium", () => {
  let stage: Stage;
  let room: string;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    stage = await openStage();
    room = `/w/${stage.home.workspace.id}/timeline`;
    for (const name of ["ada", "bram"]) ids[name] = (await stage.home.agent(name)).id;
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
  const as = (name: string): Caller => ({ ...person, actor: { kind: "agent", id: ids[name] ?? "", name } });
  const row = (text: string | RegExp) => page().getByRole("listitem").filter({ hasText: text });
  let page: () => Awaited<ReturnType<Stage["visit"]>>;
  const visit = async (query = "", options = {}) => {
    const opened = await stage.visit(room + query, options);
    page = () => opened;
    return opened;
  };

  test("what happens is there at once, in words, and leads to its cause", async () => {
    await visit();
    await row("ada was spawned by you").waitFor();
    const question = (await ask("message.send", { to: "bram", content: "Which colour?" }, as("ada"))) as Message;
    await row("ada to bram").waitFor();
    await ask("message.send", { to: "ada", content: "Green.", reply_to: question.id }, as("bram"));
    await row("bram answered ada").getByRole("button", { name: "What it answers" }).click();
    await row("Which colour?").and(page().locator("[data-lit=true]")).waitFor();
    await row("Which colour?").getByRole("button", { name: "Its answer" }).click();
    await row("Green.").and(page().locator("[data-lit=true]")).waitFor();
    await row("Green.").getByRole("button", { name: "Show the message" }).click();
    await page().locator(".message[data-lit=true]").filter({ hasText: "Green." }).waitFor();
    await ask("context.write", { key: "api", value: "frozen" }, as("ada"));
    await row("ada wrote").filter({ hasText: "api" }).getByRole("button", { name: "Show the note" }).waitFor();
    await stage.home.report("ada", {
      type: "attention",
      item: {
        kind: "permission",
        title: "Run a command?",
        detail: "rm -rf build",
        key: "a1",
        answers: ["allow", "deny"],
      },
    });
    await row("asks for permission").getByRole("button", { name: "Show what waits" }).click();
    await soon(() => page().url()).toContain("/inbox");
    expect(stage.problems).toEqual([]);
  });

  test("changes are told in bursts, a rollback is undone from its entry", async () => {
    const { home } = stage;
    await visit("?kinds=files,rollbacks");
    await home.link("bram").openCall({ id: "1", command: "make" });
    for (const path of ["src/x", "src/y", "src/z"]) home.files.write(path, file("1\n2\n"));
    await home.link("bram").closeCall("1");
    await row("bram changed 3 files").waitFor();
    await ask("change.rollback", { name: "bram" });
    expect(home.files.shown()["src/x"]).toBeUndefined();
    await row("You rolled back 3 files of bram").getByRole("button", { name: "Undo" }).click();
    await soon(() => home.files.shown()["src/x"]).toBe("644 1\n2\n");
    await row("You rolled back 3 files").getByText("undone").waitFor();
    await row("You brought back 3 files").waitFor();
    await row("bram changed 3 files").getByRole("button", { name: "Show the changes" }).click();
    await soon(() => page().url()).toMatch(/\/changes\?(.*&)?agent=bram/);
  });

  test("it looks back to the beginning, and only at what is wanted", async () => {
    for (let count = 0; count < 450; count++)
      await ask("context.write", { key: `k${count % 9}`, value: `${count}` }, as(count % 2 ? "ada" : "bram"));
    await visit("?of=ada");
    await row("ada wrote").first().waitFor();
    expect(await row("bram wrote").count()).toBe(0);
    await soon(async () => {
      await page()
        .locator(".timeline")
        .evaluate((box) => (box.scrollTop = box.scrollHeight));
      return row("ada was spawned by you").count();
    }).toBe(1);
    expect(await page().getByRole("listitem").count()).toBeLessThan(80);
    await page().getByRole("button", { name: "Filter the timeline" }).click();
    await page().getByRole("menuitemcheckbox", { name: "Messages" }).click();
    await row("Which colour?").waitFor();
    expect(await row("ada wrote").count()).toBe(0);
    await page().getByRole("button", { name: "Remove the filter ada" }).click();
    await soon(() => new URL(page().url()).searchParams.get("of")).toBe(null);
  });

  test.each(WINDOWS)("is for everybody, at $width px, $theme", async (window) => {
    const content = `<img src=x onerror="window.hacked=1">${"w".repeat(9_000)}`;
    await ask("message.send", { to: "human", content }, as("ada"));
    await visit("", { viewport: window, colorScheme: window.theme });
    await row("<img").first().waitFor();
    await expectAccessible(page());
    expect(await page().evaluate(`"hacked" in window || document.documentElement.scrollWidth > innerWidth`)).toBe(
      false,
    );
    expect(stage.problems).toEqual([]);
  });
});
