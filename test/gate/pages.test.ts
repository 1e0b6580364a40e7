import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CHROMIUM } from "../browser/stage.ts";
import { ATTACK, type Aim, type Loot } from "./attack.ts";
import { naiveServer, type NaiveServer } from "./naive-server.ts";
import { openStand, until, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stand: Stand;
let evil: NaiveServer;
let naive: NaiveServer;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  stand = await openStand();
  evil = await naiveServer();
  naive = await naiveServer();
  browser = await chromium.launch({
    executablePath: CHROMIUM ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // Other names for this machine, as an attacker's name server would give them.
      "--host-resolver-rules=MAP *.test 127.0.0.1",
      // Not every browser guards loopback itself, so nothing may depend on it.
      "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
    ],
  });
  context = await browser.newContext();
  // The person is logged in, in this very browser.
  const own = await context.newPage();
  await own.goto(stand.clustr.ready.login);
  expect(await own.evaluate("fetch('/api').then(({ status }) => status)")).toBe(200);
  await own.close();
});
afterAll(async () => {
  await browser?.close();
  await evil?.[Symbol.asyncDispose]();
  await naive?.[Symbol.asyncDispose]();
  await stand?.[Symbol.asyncDispose]();
});

/** Makes a page of the attacker's, in a place that the browser takes for another origin than ours, and has it attack. */
type Place = (page: Page, aim: Aim) => Promise<{ tried: string[]; loot: Loot }>;

const attack = (page: Page, aim: Aim) =>
  page.evaluate(`(${ATTACK})(${JSON.stringify(aim)})`) as Promise<{ tried: string[]; loot: Loot }>;

const from =
  (origin: () => string): Place =>
  async (page, aim) => {
    await page.goto(`${origin()}/`);
    return attack(page, aim);
  };

/** The page came from the attacker's machine; then the name was made to mean this one, and its requests are same-origin. */
const rebound: Place = async (page, { target, workspace }) => {
  const { port } = new URL(target);
  const origin = `http://rebound.test:${port}`;
  await page.route(`${origin}/start`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><body>a page</body>" }),
  );
  await page.goto(`${origin}/start`);
  return attack(page, { target: origin, workspace });
};

/** Its origin is `null`, which many a server takes for none. */
const sandboxed: Place = async (page, aim) => {
  await page.goto(`http://evil.test:${evil.port}/`);
  await page.evaluate(
    `document.body.innerHTML = '<iframe sandbox="allow-scripts allow-forms allow-popups" srcdoc="<body>"></iframe>'`,
  );
  const inner = await (await page.waitForSelector("iframe")).contentFrame();
  if (!inner) throw new Error("no frame");
  expect(await inner.evaluate("origin")).toBe("null");
  return inner.evaluate(`(${ATTACK})(${JSON.stringify(aim)})`) as ReturnType<Place>;
};

const fromFile: Place = async (page, aim) => {
  const file = join(await stand.place.folder("evil"), "evil.html");
  await writeFile(file, "<!doctype html><body>a page</body>");
  await page.goto(`file://${file}`);
  return attack(page, aim);
};

const PLACES: Record<string, Place> = {
  "another port of 127.0.0.1": from(() => `http://127.0.0.1:${evil.port}`),
  "another port of localhost": from(() => `http://localhost:${evil.port}`),
  "another site": from(() => `http://evil.test:${evil.port}`),
  "a name that begins like ours": from(() => `http://127.0.0.1.evil.test:${evil.port}`),
  "a name rebound to this machine": rebound,
  "a sandboxed frame": sandboxed,
  "a file on disk": fromFile,
};

/** What the server let in from a browser, as its log has it: every request that passed the gate. */
async function admitted(): Promise<string[]> {
  const text = await readFile(join(stand.clustr.home, "server.log"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { msg: string; path?: string; session?: string })
    .filter(({ msg, session }) => (msg === "request" || msg === "socket") && session?.startsWith("browser/"))
    .map(({ msg, path }) => `${msg} ${path ?? ""}`)
    .filter((line) => line !== ICON);
}

/** A browser asks for the icon of our page by itself, also of the one that says a visitor was refused. */
const ICON = "request /favicon.ico";

/** The same when the log has come to rest: it is written after the answers. */
async function settled(): Promise<string[]> {
  let last: string[] = [];
  await until("the log rests", async () => {
    const before = last;
    last = await admitted();
    return last.length > 0 && last.length === before.length;
  });
  return last;
}

test.skipIf(CHROMIUM === undefined).each(Object.entries(PLACES))(
  "a hostile page on %s reads nothing, changes nothing and passes no gate, though this browser is logged in",
  async (_name, place) => {
    const { url, workspace } = stand.clustr.ready;
    const { client } = stand.clustr;
    const before = {
      admitted: await settled(),
      events: await client.call("event.list", {}),
    };
    naive.reached.clear();
    const [ours, theirs] = await Promise.all([
      visit(place, { target: url, workspace }),
      visit(place, { target: `http://127.0.0.1:${naive.port}`, workspace: "w" }),
    ]);

    expect(await settled()).toEqual(before.admitted);
    expect(await client.call("event.list", {})).toEqual(before.events);
    // A rebound page can read what is of its own origin: refusals, which say nothing.
    const got = Object.entries(ours.loot).filter(([, text]) => !/^40[013] /.test(text) && !text.includes(REFUSED));
    expect(got).toEqual([]);

    // The same attacks do get into a server that trusts loopback, each of them: they are real.
    expect(theirs.tried.length).toBeGreaterThan(15);
    expect(theirs.tried.filter((attempt) => !naive.reached.has(attempt))).toEqual([]);
    expect(Object.keys(theirs.loot)).toEqual(expect.arrayContaining(["fetch", "json-post", "socket", "event-source"]));
  },
);

/** What a hostile page tried on a server and could read there. */
async function visit(place: Place, aim: Aim): ReturnType<Place> {
  const page = await context.newPage();
  const popups: Page[] = [];
  page.on("popup", (popup) => popups.push(popup));
  const result = await place(page, aim);
  for (const each of [page, ...popups]) await each.close();
  return result;
}

/** Part of the page that a refused visitor sees. */
const REFUSED = "This page cannot be shown";
