import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import type { Agent } from "../../src/contract/agent.ts";
import { journeyStage, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

/** What the page's registry says of a command. */
interface Known {
  id: string;
  title: string;
  keys?: string;
  group: string;
  keysOnly?: true;
}

/** The page's own registry, read from its sources: they ask the window for a few things as they load. */
async function registry(): Promise<Known[]> {
  const nothing = () => {};
  const element = { dataset: {}, addEventListener: nothing, querySelector: nothing };
  const window = {
    ...{ location: new URL("http://localhost/w/1"), addEventListener: nothing, innerWidth: 1440 },
    ...{ matchMedia: () => ({ matches: false, addEventListener: nothing }), localStorage: { getItem: () => null } },
    document: { ...element, documentElement: element },
  };
  for (const [name, value] of Object.entries(window)) vi.stubGlobal(name, value);
  try {
    // Named in steps: the page is type-checked by itself, with the browser's types.
    const [rooms, shell] = ["route/rooms.ts", "shell/commands.ts"].map((file) => `../../src/dashboard/${file}`);
    const { ownCommands } = (await import(rooms ?? "")) as { ownCommands: Known[] };
    const { shellCommands } = (await import(shell ?? "")) as { shellCommands(set: () => void): Known[] };
    return [...shellCommands(nothing), ...ownCommands];
  } finally {
    vi.unstubAllGlobals();
  }
}

/** Runs in the page: what the focus is on, as it is called. */
const NAME_OF_FOCUS = `(() => {
  const { activeElement: at } = document;
  return (at?.getAttribute("aria-label") ?? at?.labels?.[0]?.textContent ?? at?.textContent ?? "").trim();
})()`;

describe.skipIf(CHROMIUM === undefined)("journeys: by keyboard alone", () => {
  const at = journeyStage();
  const field = (page: Page) => page.getByRole("combobox", { name: "Search or run a command" });
  const search = async (page: Page, text: string) => {
    // A shell that has just been opened has the keys.
    if (await page.evaluate(`document.activeElement?.closest(".xterm") !== null`))
      await page.keyboard.press("Control+Shift+.");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await field(page).fill(text);
  };
  const dialog = (page: Page, name: string | RegExp) => async () => {
    await page.getByRole("dialog", { name }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name }).waitFor({ state: "detached" });
  };
  const parameter = (page: Page, name: string) => () => new URL(page.url()).searchParams.get(name);
  const theme = (page: Page) => page.evaluate(`document.documentElement.dataset.theme`);
  const focused = (page: Page) => page.evaluate(`document.activeElement?.getAttribute("aria-label") ?? ""`);
  const working = async (): Promise<Agent[]> => {
    for (const name of ["ada", "bram"]) if ((await at.statusOf(name)) === undefined) await at.stage.agent(name);
    return at.call("agent.list", {});
  };

  test("14: the palette finds and runs every command there is, and the sheet of keys has the others", async () => {
    await working();
    const page = await at.visit("terminals?agent=ada");
    await at.rows(page).nth(1).waitFor();
    await page.evaluate(`document.activeElement?.blur()`);
    const left = page.getByRole("navigation", { name: "Agents" });
    const right = page.getByRole("complementary", { name: "Conversation" });
    const rooms = "terminals inbox changes files shells timeline graph agents".split(" ");
    const goes = (id: string) => async () => {
      await soon(() => new URL(page.url()).pathname + page.url()).toMatch(new RegExp(`/${id}\\b|side=${id}\\b`));
    };
    const shells = () => at.call("shell.list", {}).then(({ length }) => length);
    /** What each must bring about. A command that is not here fails the test. */
    const effects: Record<string, () => Promise<unknown>> = {
      "keys.show": dialog(page, "Keys"),
      "message.write": () => soon(() => focused(page)).toBe("Message"),
      "message.broadcast": () => page.getByRole("button", { name: "To all. Choose recipients" }).waitFor(),
      ...Object.fromEntries([...rooms, "messages", "context", "rules"].map((id) => [`go.${id}`, goes(id)])),
      "panel.left": () => left.waitFor({ state: "hidden" }),
      "panel.right": () => right.waitFor({ state: "hidden" }),
      "theme.dark": () => soon(() => theme(page)).toBe("dark"),
      "theme.light": () => soon(() => theme(page)).toBe("light"),
      "theme.system": () => soon(() => theme(page)).toBe(undefined),
      "agent.next": () => soon(parameter(page, "agent")).toBe("bram"),
      "agent.previous": () => soon(parameter(page, "agent")).toBe("ada"),
      "changes.undo": () => page.getByText(/^Undone: 1 file/).waitFor(),
      "snapshot.list": dialog(page, /Snapshots/),
      "workspace.open": dialog(page, "Open a project"),
      "shell.open": () => soon(shells).toBe(1),
      "shell.open-agent": () => soon(shells).toBe(2),
      "agent.spawn": dialog(page, "Spawn an agent"),
    };
    const all = await registry();
    const inPalette = all.filter(({ keysOnly }) => !keysOnly);
    expect(inPalette.map(({ id }) => id).toSorted()).toEqual(Object.keys(effects).toSorted());

    // Of what makes no sense yet the palette says nothing.
    await search(page, ">Undo the latest");
    await page.getByText("Nothing called").waitFor();
    await at.stage.agent("cleo", [{ write: "cleo.txt", text: "by cleo\n" }, { sleep: 600 }]);
    await soon(async () => (await at.call("change.diff", { name: "cleo" })).files.length).toBe(1);
    await at.call("change.rollback", { name: "cleo" });
    await at.call("agent.stop", { name: "cleo" });
    await at.call("agent.remove", { name: "cleo" });

    for (const { id, title } of inPalette) {
      if (id.startsWith("agent.")) await at.open(page, "terminals?agent=ada");
      if (id === "agent.previous") await at.open(page, "terminals?agent=bram");
      await at.rows(page).or(page.locator(".shell-left[hidden]")).first().waitFor({ state: "attached" });
      await soon(async () => {
        await search(page, `>${title}`);
        return page.getByRole("option").first().locator(".palette-title").textContent();
      }).toBe(title);
      await page.keyboard.press("Enter");
      await effects[id]?.();
      if (id.startsWith("panel.")) {
        await search(page, `>${title}`);
        await page.keyboard.press("Enter");
        await (id === "panel.left" ? left : right).waitFor();
      }
    }
    await page.evaluate(`document.activeElement?.blur()`);
    await page.keyboard.press("?");
    for (const { title } of all.filter(({ keysOnly, group }) => keysOnly && group))
      await page.getByRole("dialog", { name: "Keys" }).getByText(title, { exact: true }).waitFor();
    await at.arrived(page, "every-command");
  });

  test("14: agents, files, messages and notes are found by what one remembers of them, and gone to", async () => {
    await working();
    await at.stage.write("deep/in/the/tree.ts", "export {};\n");
    await at.call("message.send", { to: "ada", content: "remember the milk" });
    await at.call("context.write", { key: "shopping/list", value: "butter" });
    const page = await at.visit("rules");
    await at.rows(page).nth(1).waitFor();
    for (const [typed, found, where] of [
      ["bra", "bram", /agent=bram/],
      ["#tree", "tree.ts", /path=deep%2Fin%2Fthe%2Ftree\.ts/],
      ["the milk", "remember the milk", /message=/],
      ["butter", "shopping/list", /key=shopping%2Flist/],
    ] as const) {
      await search(page, typed);
      await page.getByRole("option").first().locator(".palette-title").getByText(found, { exact: true }).waitFor();
      await page.keyboard.press("Enter");
      await soon(() => page.url()).toMatch(where);
    }
    await at.arrived(page, "found");
  });

  test("14: a whole session without a mouse: spawn, answer, write, look, roll back, undo, stop", async () => {
    const page = await at.visit("terminals");
    await at.message(page).waitFor();
    // Whatever is clicked fails the test.
    await page.evaluate(`addEventListener("pointerdown", () => { throw new Error("a mouse was used"); }, true)`);
    await page.evaluate(`document.activeElement?.blur()`);
    const name = () => page.evaluate<string>(NAME_OF_FOCUS);
    /** Tab, and nothing else, until what has this name has the focus. */
    const tabTo = async (wanted: RegExp) => {
      for (let step = 0; step < 60 && !wanted.test(await name()); step++) await page.keyboard.press("Tab");
      expect(await name()).toMatch(wanted);
    };
    await page.keyboard.press("n");
    await page.getByRole("dialog").getByLabel("Task", { exact: true }).and(page.locator(":focus")).waitFor();
    const steps = [
      { write: "gil.txt", text: "by gil\n" },
      { ask: "Which colour?", options: ["green", "blue"] },
      { sleep: 600 },
    ];
    await page.keyboard.insertText(JSON.stringify(steps));
    await page.keyboard.press("Shift+Tab");
    await tabTo(/^Name/);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("gil");
    await page.keyboard.press("Control+Enter");
    await page.getByText("gil is at work.").waitFor();
    await page.keyboard.press("Control+Shift+Period");
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByRole("list", { name: "Needs you" }).getByText("Which colour?").waitFor();
    await tabTo(/^blue/);
    await page.keyboard.press("Enter");
    await soon(async () => (await at.call("attention.list", {})).length).toBe(0);
    await page.evaluate(`document.activeElement?.blur()`);
    await page.keyboard.press("m");
    await page.keyboard.type("@gil well done");
    await page.keyboard.press("Control+Enter");
    await soon(async () => (await at.call("message.list", {})).at(-1)?.content).toContain("well done");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.getByRole("heading", { name: "gil.txt" }).waitFor();
    await page.keyboard.press("Shift+X");
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Roll back \d/, disabled: false })
      .waitFor();
    await tabTo(/^Roll back 1 file/);
    await page.keyboard.press("Enter");
    await page.getByText("Took back 1 file of gil.").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.evaluate(`document.activeElement?.blur()`);
    await page.keyboard.press("z");
    await page.getByText(/^Undone: 1 file/).waitFor();
    // From part to part of the window, to the agent that is selected.
    for (let step = 0; step < 6 && !(await name()).startsWith("gil"); step++) await page.keyboard.press("F6");
    await tabTo(/^More about gil/);
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Stop", exact: true }).waitFor();
    for (let step = 0; step < 12 && !/^Stop$/.test(await name()); step++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await at.rows(page).filter({ hasText: "gil" }).getByText("stopped").waitFor();
    await at.arrived(page, "without-a-mouse");
  });
});
