import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { CHROMIUM, expectAccessible } from "../browser/stage.ts";
import { bothTools } from "../rig/both-tools.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { textOf, type Answer, type ModelRequest, type ScriptedModel, type Step } from "../rig/script.ts";

/** The real tools on a busy machine. */
const SLOW = 45_000;

/** Ends its turn until it has read some words, then wants one thing, then is done. */
const wants = (words: string, wish: Answer): Step => {
  let wished = false;
  return (request: ModelRequest) => {
    if (wished || !textOf(request).includes(words)) return { text: "Nothing to do for now." };
    wished = true;
    return wish;
  };
};

describe.skipIf(CHROMIUM === undefined)("from the page, with the real tools", () => {
  test(
    "Claude Code and Codex are spawned, typed to, allowed what they ask, written to, and one's change is rolled back",
    { timeout: 240_000 },
    async () => {
      await using stage = await bothTools();
      const { cast, clustr, folder } = stage;
      const bash = (command: string): Answer => ({ call: "Bash", args: { command, description: "a step" } });
      const shell = (cmd: string): Answer => ({
        call: "exec_command",
        args: { cmd, sandbox_permissions: "require_escalated", justification: "it must" },
      });
      const ada = cast.play("ada", { otherwise: wants("TYPED-WORD", bash("echo by ada > ada.txt")) });
      const bo = cast.play("bo", { otherwise: wants("TYPED-WORD", shell("echo by bo > bo.txt")) });

      const browser = await chromium.launch({
        executablePath: CHROMIUM ?? "",
        args: ["--no-sandbox", "--disable-gpu"],
      });
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
        page.setDefaultTimeout(SLOW);
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(String(error)));
        await page.goto(clustr.ready.login);
        await spawn(page, "ada", /Claude Code/, "");
        await spawn(page, "bo", /Codex/, CLASSIC_MODEL);

        for (const [name, model, file] of [
          ["ada", ada, "ada.txt"],
          ["bo", bo, "bo.txt"],
        ] as const) {
          await rests(page, name);
          await type(page, name, "Please: TYPED-WORD");
          await model.until((request) => textOf(request).includes("TYPED-WORD"), SLOW);
          const item = page.getByRole("region", { name: "Needs you" });
          await item.getByText(file).first().waitFor();
          await item.getByRole("button", { name: "Allow once" }).click();
          await item.waitFor({ state: "detached" });
          await expect
            .poll(() => readFile(join(folder, file), "utf8").catch(() => ""), { timeout: SLOW })
            .toContain("by");
        }
        await message(page, "bo", "WORD-FROM-THE-PAGE", bo);

        await page.getByRole("tab", { name: /^Changes/ }).click();
        await page.goto(`${clustr.ready.url}/w/${clustr.ready.workspace}/changes?agent=ada`);
        await page.getByText("ada.txt").first().waitFor();
        await expectAccessible(page);
        await page.getByRole("button", { name: "Roll back…" }).click();
        await page
          .getByRole("dialog")
          .getByRole("button", { name: /^Roll back \d/ })
          .click();
        await expect.poll(() => readFile(join(folder, "ada.txt")).catch(() => "gone")).toBe("gone");
        expect(await readFile(join(folder, "bo.txt"), "utf8")).toBe("by bo\n");
        expect(problems).toEqual([]);
        expect(stage.strays()).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});

async function spawn(page: Page, name: string, service: RegExp, model: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await page.getByRole("button", { name: "Spawn an agent" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: service }).check({ force: true });
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByRole("textbox", { name: "Task" }).fill("Wait for word.");
  await dialog.getByLabel("Model").fill(model);
  await dialog.getByRole("radio", { name: "Ask", exact: true }).check({ force: true });
  await dialog.getByRole("button", { name: "Spawn" }).click();
  await page.getByText(`${name} is at work.`).waitFor();
}

/** Its first turn is over, and so it takes what is typed. */
function rests(page: Page, name: string): Promise<void> {
  return row(page, name).getByText("done").first().waitFor();
}

function row(page: Page, name: string) {
  return page.getByRole("navigation", { name: "Agents" }).getByRole("listitem").filter({ hasText: name });
}

async function type(page: Page, name: string, text: string): Promise<void> {
  await row(page, name).getByRole("button").first().click();
  await page
    .getByRole("group", { name: `Terminal of ${name}` })
    .locator(".xterm-screen")
    .click();
  await page.locator(".xterm-helper-textarea:focus").waitFor();
  await page.keyboard.type(text, { delay: 5 });
  await expect.poll(() => page.locator(".xterm-rows").first().textContent(), { timeout: SLOW }).toContain("TYPED-WORD");
  // The tools take keys that come very fast for a paste, and an Enter among them for a new line.
  await page.waitForTimeout(400);
  await page.keyboard.press("Enter");
}

async function message(page: Page, name: string, text: string, model: ScriptedModel): Promise<void> {
  await rests(page, name);
  await row(page, name).getByRole("button").first().click();
  await page.getByRole("button", { name: `To ${name}` }).waitFor();
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill(text);
  await field.press("Enter");
  const read = await model.until((request) => textOf(request).includes(text), SLOW);
  expect(textOf(read)).toContain('sender="human"');
  await page.getByRole("log", { name: "Messages" }).getByText(text).waitFor();
}
