import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { journeyStage, WIDTHS, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)("journeys: how one begins", () => {
  const at = journeyStage();
  const dialog = (page: Page) => page.getByRole("dialog");
  const tools = (page: Page) => page.getByRole("region", { name: "Coding tools on this machine" });

  test.each(WIDTHS)(
    "1: with nobody there it names each tool that is missing and how to get it, at $name px",
    async (width) => {
      const page = await at.visit("terminals", width);
      await tools(page).getByText("is not on the PATH").waitFor();
      await tools(page).getByText("npm install -g @anthropic-ai/claude-code").waitFor();
      await tools(page).getByText("Codex is not installed").waitFor();
      await tools(page).getByText("npm install -g @openai/codex").waitFor();
      await at.arrived(page, `first-run-${width.name}`);
    },
  );

  test("1: a tool that is installed, started and logged in meanwhile becomes ready before one's eyes", async () => {
    const page = await at.visit("terminals");
    await tools(page).getByText("is not on the PATH").waitFor();
    await page.evaluate("window.same = true");
    const tool = join(at.stage.tools, "claude");
    await writeFile(tool, "#!/bin/sh\necho '2.1.400 (Claude Code)'\n");
    await chmod(tool, 0o755);
    const found = tools(page).getByRole("listitem").filter({ hasText: "2.1.400" });
    await found.getByText("has never been started").waitFor();
    const account = { hasCompletedOnboarding: true, oauthAccount: { emailAddress: "tester@example.com" } };
    await writeFile(join(await at.stage.folder("home"), ".claude.json"), JSON.stringify(account));
    await found.getByText("ready", { exact: true }).waitFor();
    expect(await page.evaluate("window.same")).toBe(true);
    await at.arrived(page, "first-run-ready");
  });

  test.each(WIDTHS)(
    "2: a path is typed; a file, a folder that is not there and a huge one, at $name px",
    async (width) => {
      const page = await at.visit("terminals", width);
      await at.message(page).waitFor();
      const huge = await at.stage.folder(`huge-${width.name}`);
      await Promise.all(Array.from({ length: 2_000 }, (_, one) => writeFile(join(huge, `${one}.txt`), "")));
      await page.getByRole("banner").getByRole("button", { name: "shop" }).click();
      await page.getByRole("menuitem", { name: /Open a project/ }).click();
      const path = dialog(page).getByRole("textbox", { name: "Folder" });
      for (const [typed, why] of [
        [join(huge, "1.txt"), "is a file"],
        [join(huge, "none"), "There is no folder"],
      ] as const) {
        await path.fill(typed);
        await path.press("Enter");
        await dialog(page).getByRole("alert").getByText(why).waitFor();
      }
      await at.arrived(page, `no-such-project-${width.name}`, { torn: true });
      await path.fill(`  ${huge}/ `);
      await path.press("Enter");
      await dialog(page).getByRole("button", { name: "Trust and open" }).click();
      await page.waitForURL((url) => !url.pathname.startsWith(at.root));
      await page
        .getByRole("heading", { name: "Nobody works here yet" })
        .or(page.getByText("No agents yet"))
        .first()
        .waitFor();
      await page.goto(page.url().replace(/(\/w\/[^/?]+).*/, "$1/files"));
      await page.getByRole("treeitem", { name: "0.txt", exact: true }).waitFor();
      // Of a folder with thousands the first part is shown, and the rest when it is asked for.
      await soon(() => page.getByRole("treeitem").count()).toBe(501);
      await page.getByRole("treeitem", { name: "More", exact: true }).click();
      await soon(() => page.getByRole("treeitem").count()).toBe(1001);
      await at.arrived(page, `huge-project-${width.name}`, { torn: true });
    },
  );

  test.each(WIDTHS.slice(0, 2))(
    "3: spawned by mouse, told in words from the first moment to the last, at $name px",
    async (width) => {
      const page = await at.visit("terminals", width);
      const name = `ada${width.name}`;
      await page.getByRole("navigation", { name: "Agents" }).getByRole("button", { name: "Spawn an agent" }).click();
      await dialog(page)
        .getByRole("radio", { name: /Script/ })
        .click({ force: true });
      await dialog(page).getByLabel("Name", { exact: true }).fill(name);
      await dialog(page).getByRole("textbox", { name: "Task" }).fill('[{"sleep": 1.5}, {"say": "that was it"}]');
      await dialog(page).getByRole("button", { name: "Spawn" }).click();
      const row = at.rows(page).filter({ hasText: name });
      await row.getByText("running").waitFor();
      await row.getByText("done").waitFor();
      await page.getByText("that was it").first().waitFor();
      await at.arrived(page, `spawned-${width.name}`);
    },
  );
});
