import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { journeyStage, PHONE, soon, WIDTHS } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

/** Answers whatever is said to it, and says what reached it. */
const ECHO = {
  steps: [{ say: "I listen" }],
  on_message: [{ steps: [{ call: "send_message", with: { to: "human", content: "heard: {{message.content}}" } }] }],
};

describe.skipIf(CHROMIUM === undefined)("what a person and agents say to one another", () => {
  const at = journeyStage();
  const { message, statusOf, arrived, call, rows } = at;

  const spawn = (name: string, script: object): Promise<unknown> =>
    call("agent.spawn", { name, service: "script", task: JSON.stringify(script) });
  const heard = async (): Promise<string[]> =>
    (await call("message.list", { limit: 100 })).map(({ from, content }) => `${from} ${content}`);
  const log = (page: Page) => page.getByRole("log", { name: "Messages" });
  const send = async (page: Page, text: string): Promise<void> => {
    await message(page).fill(text);
    await page.getByRole("button", { name: "Send", exact: true }).click();
  };

  test.each(WIDTHS)("6: one to one reaches that one, one to all reaches all, at $name px", async (width) => {
    for (const name of ["ida", "jon"])
      if ((await statusOf(name)) === undefined) {
        await spawn(name, ECHO);
        await soon(() => statusOf(name)).toBe("done");
      }
    const page = await at.visit("messages?agent=ida", width);
    const [own, everybody] = [`for you, ${width.name}`, `for all, ${width.name}`];
    await page.getByRole("button", { name: /^To ida/ }).waitFor();
    await send(page, own);
    await log(page).getByText(`heard: ${own}`).first().waitFor();
    await page.getByRole("button", { name: /^To ida/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "All agents" }).click();
    await send(page, everybody);
    await soon(async () => (await heard()).filter((one) => one.endsWith(`heard: ${everybody}`)).toSorted()).toEqual([
      `ida heard: ${everybody}`,
      `jon heard: ${everybody}`,
    ]);
    await log(page).getByText(`heard: ${everybody}`).nth(1).waitFor();
    expect((await heard()).filter((one) => one.endsWith(`heard: ${own}`))).toEqual([`ida heard: ${own}`]);
    await arrived(page, `said-${width.name}`);
  });

  test.each(WIDTHS)(
    "7: what an agent asks is counted, answered where it stands, and gone, at $name px",
    async (width) => {
      const name = `kim${width.name}`;
      await spawn(name, {
        steps: [{ ask: "Which colour?", options: ["green", "blue"], as: "colour" }, { sleep: 600 }],
      });
      await soon(async () => (await call("attention.list", {})).length).toBe(1);
      const page = await at.visit("inbox", width);
      await expect.poll(() => page.title()).toMatch(/^\(1\) /);
      const item = page.getByRole("list", { name: "Needs you" }).getByRole("listitem").filter({ hasText: name });
      await item.getByText("Which colour?").first().waitFor();
      await arrived(page, `asked-${width.name}`);
      await item.getByRole("button", { name: "blue" }).click();
      await page.getByText("Nothing needs you").first().waitFor();
      await expect.poll(() => page.title()).not.toMatch(/^\(/);
      const answered = await call("event.list", { type: "attention.answered", limit: 100 });
      expect(answered.at(-1)?.data).toMatchObject({ answer: { kind: "option", label: "blue" } });
      await arrived(page, `answered-${width.name}`);
    },
  );

  test.each(WIDTHS)(
    "8: a note is made, changed under somebody's hands, and an agent reads it, at $name px",
    async (width) => {
      const key = `plan/${width.name}`;
      const page = await at.visit("context", width);
      await page.getByRole("button", { name: "New note" }).click();
      await page.getByLabel("Key", { exact: true }).fill(key);
      await page.getByLabel("Value", { exact: true }).fill("first");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("button", { name: "Edit" }).click();
      await page.getByRole("textbox", { name: `Value of ${key}` }).fill("mine");
      await call("context.write", { key, value: "theirs" });
      await page.getByText("since you opened it").waitFor();
      await arrived(page, `note-in-conflict-${width.name}`);
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("Revision 3 by you").waitFor();
      const name = `lea${width.name}`;
      await spawn(name, { steps: [{ call: "read_context", with: { key } }, { sleep: 600 }] });
      await page.getByText(`Read by ${name}`).waitFor();
      await arrived(page, `note-read-${width.name}`);
    },
  );

  test.each(WIDTHS)("9: rules are saved, and who has older ones is said, at $name px", async (width) => {
    const name = `mo${width.name}`;
    await spawn(name, { steps: [{ say: "I have the rules" }, { sleep: 600 }] });
    await soon(() => statusOf(name)).toBe("running");
    const page = await at.visit("rules", width);
    const text = page.getByRole("textbox", { name: "Rules" });
    await text.fill(`Small steps, ${width.name}.`);
    await page.getByRole("button", { name: "Save" }).click();
    await soon(async () => (await call("rules.read", {})).text).toContain(`Small steps, ${width.name}.`);
    await page.getByText("Not read yet by").waitFor();
    await arrived(page, `rules-${width.name}`);
    if (width.name !== PHONE.name) await rows(page).filter({ hasText: name }).first().waitFor();
  });
});
