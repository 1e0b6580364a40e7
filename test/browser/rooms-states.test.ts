import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { journeyStage, WIDTHS } from "./journeys-stage.ts";
import { openNetwork } from "./network.ts";
import { CHROMIUM } from "./stage.ts";

/** Of each room: what says that it is there with nothing in it, with much, when the server fails, and without a network. */
interface States {
  room: string;
  empty: string | RegExp;
  /** Part of the address that leads to something in it. */
  query?: string;
  full: string | RegExp;
  /** The server answers every question with a failure. What came over the socket is still there. */
  failing: string | RegExp;
  /** What was there stays, or why nothing can be. */
  offline: string | RegExp;
}

const ROOMS: States[] = [
  { room: "agents", empty: "No agents yet", full: "failed", failing: "failed", offline: /as of/ },
  {
    room: "terminals",
    empty: "Nobody works here yet",
    query: "?agent=ada",
    full: "I am ada",
    failing: "I am ada",
    offline: "what you type is not sent",
  },
  {
    room: "inbox",
    empty: "Nothing needs you",
    full: "Which colour?",
    failing: "Which colour?",
    offline: "Which colour?",
  },
  {
    room: "changes",
    empty: "No agent has changed anything",
    query: "?agent=ada&file=src/a.js",
    full: "export const a",
    failing: "The changes cannot be shown",
    offline: "export const a",
  },
  {
    room: "files",
    empty: "Empty",
    query: "?path=src/a.js",
    full: "export const a",
    failing: "This file cannot be shown",
    offline: "export const a",
  },
  {
    room: "shells",
    empty: "No shell is open",
    full: "shell 1",
    failing: "shell 1",
    offline: "what you type is not sent",
  },
  {
    room: "timeline",
    empty: "Nothing has happened yet",
    full: "ada was spawned by you",
    failing: "The timeline cannot be shown",
    offline: "ada was spawned by you",
  },
  {
    room: "graph",
    empty: "Nobody is here yet",
    full: "The latest messages",
    failing: "The latest messages",
    offline: "The latest messages",
  },
  {
    room: "messages",
    empty: "No messages yet",
    full: "hello from ada",
    failing: "hello from ada",
    offline: "hello from ada",
  },
  {
    room: "context",
    empty: /No notes yet|New note/,
    query: "?key=look/at",
    full: "a note",
    failing: "a note",
    offline: "a note",
  },
  { room: "rules", empty: "No rules yet", full: "three", failing: "three", offline: "three" },
];

describe.skipIf(CHROMIUM === undefined)("every room, whatever its state", () => {
  const at = journeyStage();
  let nobody: string;
  const shows = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor();
  /** By the address, but without loading the page anew. */
  const go = (page: Page, path: string) =>
    page.evaluate(`history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"))`);
  const both = async (page: Page, name: string) => {
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await at.arrived(page, `${name}-${colorScheme}`);
    }
  };

  beforeAll(async () => {
    const { stage, call } = at;
    const { id } = await call("workspace.open", { path: await stage.folder("nobody"), trust: true });
    nobody = `/w/${id}`;
    await call("rules.update", { text: "# One\n\n- two `three`\n" });
    await call("context.write", { key: "look/at", value: "a note" });
    await stage.agent("ada", [
      { say: "I am ada" },
      { write: "src/a.js", text: "export const a = 1;\n" },
      { call: "send_message", with: { to: "human", content: "hello from ada" } },
      { sleep: 600 },
    ]);
    await stage.agent("bram", [{ ask: "Which colour?", options: ["green", "blue"] }]);
    await stage.agent("cleo", [{ fail: "the tests do not pass" }]);
    await call("shell.open", {});
    await vi.waitFor(
      async () => {
        expect(await call("attention.list", {})).toHaveLength(1);
        expect((await call("change.summary", {})).agents.map(({ files }) => files)).toContain(1);
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  test.each(WIDTHS)("with nothing in it says so, and how to begin, at $name px", async (width) => {
    const page = await at.stage.visit(`${nobody}/agents`, width);
    for (const { room, empty } of ROOMS) {
      await go(page, `${nobody}/${room}`);
      await shows(page, empty);
      await at.arrived(page, `empty-${room}-${width.name}`);
    }
  });

  test.each(WIDTHS)("shows what is in it to everybody, also from its address, at $name px", async (width) => {
    const page = await at.visit("agents", width);
    for (const { room, query = "", full } of ROOMS) {
      await at.open(page, room + query);
      await shows(page, full);
      await both(page, `full-${room}-${width.name}`);
    }
  });

  test("says what went wrong when the server fails, and shows what it still knows", async () => {
    const page = await at.visit("agents");
    await at.message(page).waitFor();
    const failure = { code: "internal", message: "The disk is full. Nothing was changed. Make room and try again." };
    await page.route(/\/api\/workspaces\//, (route) => route.fulfill({ status: 500, json: failure }));
    for (const { room, query = "", failing } of ROOMS) {
      await go(page, `${at.root}/${room}${query}`);
      await shows(page, failing);
      await at.arrived(page, `failing-${room}`, { torn: true });
    }
  });

  test.each(WIDTHS)("keeps what it shows without a network, at $name px", async (width) => {
    await using network = await openNetwork();
    const page = await at.visit("agents", { ...width, proxy: network.proxy });
    for (const { room, query = "", full } of ROOMS) {
      await go(page, `${at.root}/${room}${query}`);
      await shows(page, full);
    }
    network.cut();
    await page.getByText(/Reconnecting/).waitFor();
    for (const { room, query = "", offline } of ROOMS) {
      await go(page, `${at.root}/${room}${query}`);
      await shows(page, offline);
      await at.arrived(page, `offline-${room}-${width.name}`, { torn: true });
    }
  });
});
