import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ContextKey } from "../../src/contract/context.ts";
import { nameProblem } from "../../src/contract/name.ts";
import type { OperationName } from "../../src/contract/operations.ts";
import { person } from "../../src/core/caller.ts";
import { file } from "../attribution/folder.ts";
import { HOSTILE } from "./hostile-texts.ts";
import { CHROMIUM, openStage, type Stage } from "./stage.ts";

const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "390", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
];
const ROOMS = [
  ...["terminals", "inbox", "changes", "files", "timeline", "graph", "messages", "context", "rules", "shells"],
  ...["terminals?grid=4", "agents", "nowhere"],
];
/** Rooms in which all of them stand, as text. */
const TELLING = new Set(["messages", "context", "rules"]);
const ONE_OF_THEM = "window.hacked=1";
/** A file's name may have 255 bytes and no slash; all else is allowed. */
const fileNames = HOSTILE.map((text) => text.replaceAll("/", "∕").replaceAll("\0", "")).filter(
  (name) => Buffer.byteLength(name) < 250 && !["", ".", ".."].includes(name),
);

describe.skipIf(CHROMIUM === undefined)(`${HOSTILE.length} hostile texts`, () => {
  let stage: Stage;
  let root: string;
  let calls = 0;
  let agents: { name: string; terminal: string }[];

  const ask = (operation: OperationName, input: object, actor = person.actor): Promise<unknown> =>
    stage.home.core.invoke(
      operation,
      input,
      { ...person, actor },
      {
        ...{ workspace: stage.home.workspace.id, requestId: `hostile-${++calls}` },
      },
    );
  const part = (at: number, of: number): readonly string[] => HOSTILE.filter((_, index) => index % of === at);

  /** Every text in every field that somebody can fill, in the form that the field takes. */
  beforeAll(async () => {
    stage = await openStage();
    const { home } = stage;
    root = `/w/${home.workspace.id}`;
    const names = HOSTILE.filter((text) => nameProblem(text) === undefined && text.length > 3).slice(0, 5);
    agents = [];
    for (const name of ["ada", ...names]) agents.push({ name, ...(await home.agent(name)) });
    for (const [at, task] of part(0, 40).entries())
      await ask("agent.spawn", { name: `t${at}`, task: task.trim() || "x", service: "idle" });

    for (const text of HOSTILE) {
      const sent = ask("message.send", { to: at(text), content: text });
      await (text.trim() === "" ? sent.catch(() => {}) : sent);
      if (ContextKey.safeParse(text).success) await ask("context.write", { key: text, value: text });
    }
    await ask("context.write", { key: "all", value: HOSTILE.join("\n") });
    await ask("rules.update", { text: HOSTILE.join("\n").slice(0, 30_000) });

    await home.link("ada").openCall({ id: "1", command: "make" });
    for (const name of fileNames) home.files.write(`made/${name}`, file(`${name}\n`));
    await home.link("ada").closeCall("1");
    const made = join(home.workspace.path, "made");
    await mkdir(made);
    for (const name of fileNames) await writeFile(join(made, name), name);
  }, 120_000);
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const at = (text: string): string => agents[text.length % agents.length]?.name ?? "ada";

  /** What happens while somebody looks: status lines, titles and output of terminals, questions and permissions. */
  async function happen(texts: readonly string[]): Promise<void> {
    for (const [turn, text] of texts.entries()) {
      const { name, terminal } = agents[turn % agents.length] ?? { name: "ada", terminal: "" };
      stage.home.host.print(terminal, Buffer.from(`\u001b]0;${text}\u0007\u001b]2;${text}\u001b\\${text}\r\n`));
      await stage.home.report(name, { type: "working", activity: text });
      const item = { title: text, detail: `${text}\n${text}`, key: `k${turn}` };
      await stage.home.report(
        name,
        turn % 2 === 0
          ? { type: "attention", item: { ...item, kind: "permission", answers: ["allow", "always", "deny"] } }
          : {
              type: "attention",
              item: {
                ...{ ...item, kind: "question", answers: ["option", "text"] },
                options: [{ label: text, description: text }, { label: "no" }],
              },
            },
      );
    }
  }

  async function expectHarmless(page: Page, where: string): Promise<void> {
    const found = await page.evaluate<{ hacked: boolean; wide: number; active: number }>(`({
      hacked: "hacked" in window || "hacked" in {} || "hacked" in [],
      wide: document.documentElement.scrollWidth - innerWidth,
      active: document.querySelectorAll("script:not([src]), iframe, object, base, meta[http-equiv], form[action]").length,
    })`);
    expect(found, where).toEqual({ hacked: false, wide: expect.toSatisfy((wide: number) => wide <= 0), active: 0 });
    // That a file or note of such an address is not there is an answer like any other.
    expect(
      stage.problems.filter((problem) => !problem.startsWith("Failed to load resource")),
      where,
    ).toEqual([]);
  }

  /** All of a list is drawn only while it is scrolled through. Resolves to whether one of them was seen on the way. */
  function scrollThrough(page: Page): Promise<boolean> {
    return page.evaluate<boolean>(`(async () => {
      let seen = false;
      for (let turn = 0; turn < 40; turn++) {
        for (const box of document.querySelectorAll(".scroll, .cm-scroller, [role=tree]")) box.scrollTop += turn < 20 ? -900 : 900;
        await new Promise(requestAnimationFrame);
        seen ||= document.body.innerText.includes(${JSON.stringify(ONE_OF_THEM)});
      }
      return seen;
    })()`);
  }

  test.each(WIDTHS)("are shown in every room and do nothing else, at $name px", { timeout: 120_000 }, async (width) => {
    const page = await stage.visit(`${root}/inbox`, width);
    const strange: string[] = [];
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== stage.home.server.url && protocol !== "data:" && protocol !== "blob:") strange.push(request.url());
    });
    page.on("popup", (popup) => strange.push(popup.url()));
    for (let turn = 0; turn < 6; turn++) {
      await happen(part(turn, 6));
      await page.getByRole("list", { name: "Needs you" }).getByRole("listitem").first().waitFor();
      await expectHarmless(page, `inbox, turn ${turn}`);
    }
    for (const room of ROOMS) {
      await page.goto(`${stage.home.server.url}${root}/${room}`);
      await page.getByRole("main").first().waitFor();
      await happen(part(ROOMS.indexOf(room), ROOMS.length));
      const seen = await scrollThrough(page);
      await expectHarmless(page, room);
      if (TELLING.has(room)) await expect.poll(() => seen || scrollThrough(page), { timeout: 20_000 }).toBe(true);
    }
    expect(strange).toEqual([]);
  });

  test("are found by whoever looks for them, and are addresses of nothing", { timeout: 120_000 }, async () => {
    const page = await stage.visit(`${root}/messages`);
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Search or run a command" });
    for (const text of part(1, 5)) {
      await field.fill(text.slice(0, 300));
      await expectHarmless(page, `palette: ${text.slice(0, 50)}`);
    }
    await page.keyboard.press("Escape");
    const message = page.getByRole("textbox", { name: "Message", exact: true });
    for (const text of part(2, 5)) {
      await message.fill(`@${text.slice(0, 2_000)} #${text.slice(0, 2_000)}`);
      await expectHarmless(page, `composer: ${text.slice(0, 50)}`);
    }
    await message.fill("");
    for (const text of part(3, 12)) {
      const value = encodeURIComponent(text.toWellFormed().slice(0, 500));
      const asked = ["agent", "path", "file", "key", "find", "who", "message", "side", "grid", "seq"];
      const room = ROOMS[text.length % ROOMS.length] ?? "files";
      const query = asked.map((name) => `${name}=${value}`).join("&");
      await page.goto(`${stage.home.server.url}${root}/${room.split("?")[0]}?${query}`);
      await page.getByRole("main").first().waitFor();
      await expectHarmless(page, `${room} with ${text.slice(0, 50)}`);
    }
  });
});
