import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { terminalRig, type TerminalRig } from "./terminals-rig.ts";

/** What tests of terminals do again and again: with an agent of its own for each test. */
export interface TerminalStage {
  readonly rig: TerminalRig;
  /** The agent of this test. */
  readonly name: string;
  /** Pages that are open in this test. */
  readonly pages: Page[];
  /** Opens terminals, of this test's agent unless told, and waits for what an agent says last before it waits. */
  open(query?: string, size?: { width: number; height: number }): Promise<Page>;
  print(text: string): Promise<void>;
  /** What the first terminal of a page shows. */
  text(page: Page): Promise<string>;
  shows(page: Page, what: string): Promise<void>;
  /** Puts the keyboard into the first terminal of a page. */
  focus(page: Page): Promise<void>;
}

/** One real Clustr and one browser for a whole file. */
export function terminalStage(): TerminalStage {
  let rig: TerminalRig;
  let name = "";
  let made = 0;
  const pages: Page[] = [];

  beforeAll(async () => {
    rig = await terminalRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());
  beforeEach(async () => {
    name = `ada${++made}`;
    rig.problems.length = 0;
    await rig.agent(name);
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    // Room for the next: few may be live at once.
    const agents = await rig.clustr.client.call("agent.list", {});
    await Promise.all(
      agents.filter(({ live }) => live).map((agent) => rig.clustr.client.call("agent.stop", { name: agent.name })),
    );
  });

  const text = async (page: Page) => (await page.locator(".xterm-rows").first().innerText()).replaceAll("\u00a0", " ");
  return {
    get rig() {
      return rig;
    },
    get name() {
      return name;
    },
    pages,
    async open(query = `agents=${name}`, size) {
      const page = await rig.open(query, size);
      pages.push(page);
      await page.getByText("messages are still read").first().waitFor();
      return page;
    },
    print: (printed) => rig.print(name, printed),
    text,
    shows: (page, what) => expect.poll(() => text(page), { timeout: 15_000 }).toContain(what),
    async focus(page) {
      await page.locator(".xterm-screen").first().click();
      await page.locator(".xterm-helper-textarea:focus").waitFor();
    },
  };
}
