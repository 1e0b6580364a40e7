import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, expectAccessible, openStage, type Stage } from "./stage.ts";

const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "1024", viewport: { width: 1024, height: 768 } },
  { name: "390", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
];
const THEMES = ["dark", "light"] as const;

describe.skipIf(CHROMIUM === undefined)("whatever is on the screen can be read by everybody", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const each = WIDTHS.flatMap((width) => THEMES.map((theme) => [width.name, theme, width] as const));

  test.each(each)("with nobody there, at %s, %s", async (_name, theme, width) => {
    const page = await stage.visit(`/w/${stage.home.other.id}/terminals`, { colorScheme: theme, ...width });
    await page.getByRole("heading", { name: "Nobody works here yet" }).waitFor();
    await expectAccessible(page);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(width.viewport.width);
    expect(stage.problems).toEqual([]);
  });

  test.each(each)("with agents that wait, fail and work, at %s, %s", async (_name, theme, width) => {
    const { home } = stage;
    for (const name of ["ada", "bram", "cleo"]) {
      if (Object.values(home.core.workspace(home.workspace.id)?.view().agents ?? {}).some((one) => one.name === name))
        continue;
      await home.agent(name);
    }
    await home.report("ada", {
      type: "attention",
      item: {
        ...{ kind: "permission", title: "Run a command?", detail: "rm -rf build", key: "a1" },
        answers: ["allow", "always", "deny"],
      },
    });
    await home.report("bram", {
      type: "attention",
      item: {
        ...{ kind: "question", title: "Which colour?", key: "b1", answers: ["option", "text"] },
        options: [{ label: "green", description: "like grass" }, { label: "blue" }],
      },
    });
    const page = await stage.visit(`/w/${home.workspace.id}`, { colorScheme: theme, ...width });
    await page.getByRole("region", { name: "Needs you" }).getByText("rm -rf build").waitFor();
    await expectAccessible(page);
    await page.goto(`${home.server.url}/w/${home.workspace.id}/inbox`);
    await page.getByRole("list", { name: "Needs you" }).getByRole("button", { name: "green" }).waitFor();
    await expectAccessible(page);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(width.viewport.width);
    expect(stage.problems).toEqual([]);
  });
});
