import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { roomsStage, type RoomsStage } from "./rooms-stage.ts";
import { expectAccessible } from "./stage.ts";

/** Where pictures of the ends of all ways are kept; nowhere unless told. */
const SHOTS = process.env["CLUSTR_SHOTS"];

/** Runs in the page: done when nothing has moved for three frames; what inherits a colour follows a frame later. */
const SETTLED = `(async () => {
  const moves = () => document.getAnimations().some((one) => one.timeline === document.timeline &&
    one.playState === "running" && Number.isFinite(one.effect.getComputedTiming().endTime));
  for (let still = 0, frames = 0; still < 3 && frames < 300; frames++) {
    await new Promise(requestAnimationFrame);
    still = moves() ? 0 : still + 1;
  }
})()`;
/** What Chromium notes by itself of requests and sockets that fail. */
const NETWORK = /^(Failed to load resource|WebSocket connection to)/;

export const WIDE = { name: "1440", viewport: { width: 1440, height: 900 } };
export const PHONE = { name: "390", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
/** The widths at which the window is laid out differently. */
export const WIDTHS: ({ name: string } & BrowserContextOptions)[] = [
  WIDE,
  { name: "1024", viewport: { width: 1024, height: 768 } },
  PHONE,
];

/** Waits until no colour is on its way to another, as after a change of theme. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(SETTLED);
}

/** What comes about by itself; with patience for a busy machine. */
export const soon = <T>(look: () => T, { timeout = 10_000 } = {}) => expect.poll(look, { timeout });

/** What ways through the page do again and again. */
export interface JourneyStage {
  readonly stage: RoomsStage;
  readonly root: string;
  readonly call: RoomsStage["clustr"]["client"]["call"];
  /** Opens a room of the workspace as somebody who comes for the first time. */
  visit(room: string, options?: BrowserContextOptions): Promise<Page>;
  /** Goes to another address of the workspace in the same tab. */
  open(page: Page, room: string): Promise<void>;
  message(page: Page): ReturnType<Page["getByRole"]>;
  rows(page: Page): ReturnType<Page["getByRole"]>;
  statusOf(name: string): Promise<string | undefined>;
  /**
   * Where a way ends: everybody can read it, nothing sticks out, nothing went wrong, and a picture of it is kept. `torn`:
   * the network or the server failed on purpose, which the browser notes by itself.
   */
  arrived(page: Page, name: string, options?: { torn?: boolean }): Promise<void>;
}

/** One real Clustr and one browser for a whole file. */
export function journeyStage(): JourneyStage {
  let stage: RoomsStage;
  beforeAll(async () => {
    stage = await roomsStage();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const call: JourneyStage["call"] = (...args) => stage.clustr.client.call(...args);
  return {
    get stage() {
      return stage;
    },
    get root() {
      return stage.root;
    },
    call,
    visit: (room, options) => stage.visit(`${stage.root}/${room}`, options),
    async open(page, room) {
      await page.goto(`${stage.clustr.ready.url}${stage.root}/${room}`);
    },
    message: (page) => page.getByRole("textbox", { name: "Message", exact: true }),
    rows: (page) => page.getByRole("navigation", { name: "Agents" }).getByRole("listitem"),
    statusOf: async (wanted) => (await call("agent.list", {})).findLast(({ name }) => name === wanted)?.status,
    async arrived(page, name, { torn = false } = {}) {
      await settled(page);
      await expectAccessible(page);
      expect(await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)).toBeLessThanOrEqual(0);
      expect(stage.problems.filter((problem) => !torn || !NETWORK.test(problem))).toEqual([]);
      if (SHOTS === undefined) return;
      await mkdir(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}.png`) });
    },
  };
}
