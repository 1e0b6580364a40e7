import type { Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, openStage, type Stage } from "./stage.ts";

/** As on a phone: a page may not show notifications of its own. And nobody looks at it. */
const PHONE = `
  window.Notification = class { static permission = "granted"; constructor() { throw new TypeError("Illegal constructor"); } };
  document.hasFocus = () => false;`;

describe.skipIf(CHROMIUM === undefined)("notifications on a phone", () => {
  let stage: Stage;
  let room: string;
  beforeAll(async () => {
    stage = await openStage();
    room = `/w/${stage.home.workspace.id}`;
    await stage.home.agent("ada");
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const ask = async (page: Page, key: string, title: string) => {
    await stage.home.report("ada", {
      type: "attention",
      item: { kind: "permission", title, detail: "npm test", key, answers: ["allow", "deny"] },
    });
    await page.getByText(title).filter({ visible: true }).first().waitFor();
    // Chromium forgets one that is just being shown when it is asked which there are.
    await page.waitForTimeout(500);
  };
  const shown = (page: Page) =>
    page.evaluate(`navigator.serviceWorker.getRegistration().then((worker) => worker ? worker.getNotifications() : [])
      .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, ...data })))`) as Promise<
      { title: string; body: string; tag: string; href: string }[]
    >;
  const open = async (path: string) => {
    const page = await stage.visit(path, {
      ...{ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
      permissions: ["notifications"],
    });
    await page.context().addInitScript({ content: PHONE });
    await page.reload();
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await expect.poll(() => page.title(), { timeout: 5000 }).toContain("– Clustr");
    return page;
  };
  const workerOf = async (page: Page): Promise<Worker> =>
    page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent("serviceworker"));
  /** A person taps it. The event is made here: no test can tap what the system shows. */
  const tap = async (page: Page, tag: string) =>
    (await workerOf(page)).evaluate(`(async () => {
      const [notification] = await self.registration.getNotifications({ tag: ${JSON.stringify(tag)} });
      self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    })()`);

  test("are shown by a worker, lead to their item when tapped, and go when it is answered", async () => {
    const page = await open(`${room}/messages`);
    await ask(page, "n1", "Run the tests?");
    await expect
      .poll(() => shown(page), { timeout: 5000 })
      .toMatchObject([{ title: "ada needs you", body: "Run the tests?" }]);
    const [one] = await shown(page);
    expect(one?.href).toBe(`${room}/inbox?item=${one?.tag ?? ""}`);
    await tap(page, one?.tag ?? "");
    await expect.poll(() => page.url()).toContain(`/inbox?item=${one?.tag ?? ""}`);
    await expect.poll(() => shown(page)).toEqual([]);
    await ask(page, "n2", "Deploy?");
    await expect.poll(() => shown(page), { timeout: 5000 }).toMatchObject([{ body: "Deploy?" }]);
    await page.getByRole("button", { name: "Deny", exact: true }).click();
    await expect.poll(() => shown(page), { timeout: 5000 }).toEqual([]);
    expect(stage.problems).toEqual([]);
  });

  test("come from a worker that answers no request and keeps nothing: the page is always the server's", async () => {
    const page = await open(`${room}/inbox`);
    await ask(page, "n3", "Again?");
    await expect.poll(() => shown(page), { timeout: 5000 }).toHaveLength(1);
    expect(await page.evaluate(`caches.keys()`)).toEqual([]);
    expect(
      await page.evaluate(`navigator.serviceWorker.getRegistration().then(({ scope }) => new URL(scope).pathname)`),
    ).toBe("/");
    const source = await page.evaluate(
      `fetch("/worker.js").then((answer) => answer.text().then((text) => [answer.headers.get("cache-control"), text]))`,
    );
    expect(source).toEqual(["no-cache", expect.not.stringMatching(/addEventListener\("fetch"|caches/)]);
    // Without a server there is no page, old or new.
    await page.context().setOffline(true);
    await expect(page.reload()).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
    await page.context().setOffline(false);
  });
});
