import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { listOf } from "../../src/contract/mail.ts";
import { emptyView } from "../../src/contract/view.ts";
import { file } from "../attribution/folder.ts";
import type { TestHome } from "../server/home.ts";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
const HOSTILE = `<img src=x onerror="window.hacked=1">`;
const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

describe.skipIf(CHROMIUM === undefined)("changes, in Chromium", () => {
  let stage: Stage;
  let home: TestHome;
  let room: string;
  let path: string;
  let files = 0;

  beforeAll(async () => {
    stage = await openStage();
    ({ home } = stage);
    room = `/w/${home.workspace.id}/changes`;
    for (const name of ["ada", "bram"]) await home.agent(name);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  /** Both agents have changed the same file, a new one for each test; ada also made one with a hostile name. */
  beforeEach(async () => {
    path = `src/f${++files}`;
    home.files.write(path, file(TEN));
    await does("ada", { [path]: TEN.replace("2\n", "ada\n").replace("6\n", "ada too\n") });
    await does("ada", { [HOSTILE]: `${HOSTILE}${files}\n` });
    await does("bram", { [path]: TEN.replace("2\n", "ada\n").replace("6\n", "ada too\n").replace("10\n", "bram\n") });
  });

  const does = async (name: string, texts: Record<string, string>) => {
    await home.link(name).openCall({ id: "1", command: "make" });
    for (const [at, text] of Object.entries(texts)) home.files.write(at, file(text));
    await home.link(name).closeCall("1");
  };
  const content = () => home.files.shown()[path];
  const address = () => `${room}?agent=ada&file=${encodeURIComponent(path)}`;
  const confirm = (page: Page) =>
    page
      .getByRole("dialog")
      .getByRole("button", { name: /^Roll back \d/ })
      .click();

  test("an agent is rolled back after its plan was read, the other's line stays, and the toast undoes it", async () => {
    const page = await stage.visit(`${room}?agent=ada`);
    const was = content();
    await page.getByRole("button", { name: "Roll back…" }).click();
    await page.getByRole("dialog").getByText(path).waitFor();
    expect(content()).toBe(was);
    await confirm(page);
    await expect.poll(content).toBe(`644 ${TEN.replace("10\n", "bram\n")}`);
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(content).toBe(was);
    expect(stage.problems).toEqual([]);
  });

  test("a hunk alone is rolled back, and its comment reaches the agent", async () => {
    const page = await stage.visit(address());
    await page.getByRole("button", { name: "Comment on hunk 2" }).click();
    await page.getByRole("textbox", { name: "Comment to ada" }).fill("Why this?");
    await page.getByRole("button", { name: "Send to ada" }).click();
    const sent = () => listOf((home.core.workspace(home.workspace.id)?.view() ?? emptyView()).messages).at(-1);
    await expect.poll(() => sent()?.content).toBe(`Why this?\n\n(about ${path}, line 6)\n- 6\n+ ada too`);
    await page.getByRole("button", { name: "Roll back hunk 2" }).click();
    await confirm(page);
    await expect.poll(content).toBe(`644 ${TEN.replace("2\n", "ada\n").replace("10\n", "bram\n")}`);
  });

  test("what cannot be taken back is held, and the plan says why and what to do", async () => {
    await does("bram", { [path]: TEN.replace("2\n", "bram over ada\n") });
    const page = await stage.visit(address());
    await page.getByText("Somebody changed these lines").first().waitFor();
    await page.getByRole("button", { name: "Roll back file…" }).click();
    await page.getByRole("dialog").getByText("Take back the other hunks one by one").waitFor();
    expect(
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Roll back \d/ })
        .isDisabled(),
    ).toBe(true);
  });

  test("what two could have done is said to be somebody's", async () => {
    await home.link("bram").openCall({ id: "2", command: "make" });
    await does("ada", { out: "x\n" });
    await home.link("bram").closeCall("2");
    const page = await stage.visit(`${room}?agent=ada`);
    await page.getByRole("region", { name: "Changes of unknown author" }).getByRole("button", { name: "bram" }).click();
    await expect.poll(() => page.getByRole("region", { name: "Changes of unknown author" }).count()).toBe(0);
  });

  test("a snapshot is restored from the palette, and undone", async () => {
    const page = await stage.visit(room);
    const was = home.files.shown();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or run a command" }).fill("snapshots");
    await page.keyboard.press("Enter");
    await page
      .getByRole("listitem")
      .filter({ hasText: "before agent ada" })
      .getByRole("button", { name: "Restore…" })
      .click();
    await page.getByRole("button", { name: /^Restore \d/ }).click();
    await expect.poll(() => home.files.shown()).toEqual({});
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => home.files.shown()).toEqual(was);
  });

  test.each(WINDOWS)(
    "is accessible in both themes, and a file's name is only a name, at $width px",
    async (viewport) => {
      for (const colorScheme of ["dark", "light"] as const) {
        const page = await stage.visit(`${room}?agent=ada&file=${encodeURIComponent(HOSTILE)}`, {
          viewport,
          colorScheme,
        });
        await page.getByRole("heading", { name: HOSTILE }).waitFor();
        await expectAccessible(page);
        expect(await page.evaluate(`"hacked" in window || document.documentElement.scrollWidth > innerWidth`)).toBe(
          false,
        );
      }
    },
  );

  test("the tab says how many files agents changed, and that there may be more when it cannot know", async () => {
    const many = (name: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`many/${name}-${at}`, `${at}\n`]));
    const page = await stage.visit(room);
    await does("ada", many("ada", 70));
    for (const [at, text] of Object.entries(many("mine", 60))) home.files.write(at, file(text));
    await does("bram", many("bram", 1));
    // Of the latest hundred 60 are the person's.
    await page.getByRole("tab", { name: "Changes 40+" }).waitFor();
    await does("bram", many("bram", 100));
    await page.getByRole("tab", { name: "Changes 100+" }).waitFor();
    await expectAccessible(page);
  });
});
