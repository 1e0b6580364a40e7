/*
 * Measures the built page in real Chromium over a real server: what it weighs, how soon it can be used and how soon a
 * terminal is live compared with a page that has nothing on it, 50,000 messages (or another number) scrolled through, and
 * its memory after an hour's worth of events of eight agents, replayed fast. Weights are gates; times depend on the
 * machine, so compare them with the blank page beside them.
 */
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { chromium } from "playwright-core";
import { CHROMIUM } from "../browser/stage.ts";
import { BUDGET, weigh } from "../browser/weight.ts";
import { startClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";
import { benchArguments, quantile, Report } from "./rig/report.ts";
import { until, WATCH_LOADING, scrollThrough } from "./rig/in-page.ts";
import { hour, messages, record } from "./rig/past.ts";

const { count, json } = benchArguments(50_000);
/** Loads of each page, each in a browser that has never been here. */
const LOADS = 9;
const AGENTS = 8;
/** Events the server replays to a page that comes back; more would be a new view. */
const REPLAYED = 4_800;
const BUILT = fileURLToPath(new URL("../../dist/page", import.meta.url));

const report = new Report(`The page, with ${count} messages`);
const weight = await weigh(BUILT);
report.add({ name: "scripts of the first paint, gzip", unit: "kB", values: [weight.initial], most: BUDGET.initial });
report.add({ name: "terminal, gzip", unit: "kB", values: [weight.terminal], most: BUDGET.terminal });
report.add({ name: "styles of the first paint, gzip", unit: "kB", values: [weight.styles] });

await using place = await scratch();
await using clustr = await startClustr(
  await place.folder("shop"),
  await place.folder("data"),
  cleanEnv(await place.folder("home")),
);
const names = Array.from({ length: AGENTS }, (_, at) => `agent-${at}`);
for (const name of names) {
  const task = JSON.stringify([{ say: "ready" }, { sleep: 3_600 }]);
  await clustr.client.call("agent.spawn", { name, task, service: "script", autonomy: "full" });
}
const browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox", "--disable-gpu"] });
try {
  const { url, workspace, login } = clustr.ready;
  const first = await browser.newContext();
  await first.request.get(login);
  const cookies = await first.cookies();
  await first.close();

  await measureLoads(`${url}/w/${workspace}/terminals?agent=${names[0]}`, cookies);

  const agents = await clustr.client.call("agent.list", {});
  const whilst = async (work: () => Promise<void>): Promise<void> => {
    await clustr.kill();
    await work();
    await clustr.restart();
  };
  await whilst(() => record(clustr.home, workspace, messages(agents, count)));
  const page = await visit(browser, cookies, `${url}/w/${workspace}/terminals?agent=${names[0]}`);
  await until(page, "document.querySelector('[role=log]') && window.liveAt");
  const scrolled = await scrollThrough(page, count);
  report.add({ name: `messages scrolled past`, unit: "/s", values: [scrolled.rate] });
  report.add({ name: "frame while scrolling, p99", unit: "ms", values: [quantile(scrolled.frames, 0.99)] });
  report.add({
    ...{ name: "work of the page in one frame while scrolling, longest", unit: "ms", most: 50, advisory: true },
    values: [scrolled.longest],
  });
  report.add({ name: "frame of the same page at rest, p99", unit: "ms", values: [quantile(scrolled.atRest, 0.99)] });

  for (let done = 0, total = (3_600 / 2) * AGENTS; done < total; done += REPLAYED) {
    await whilst(() => record(clustr.home, workspace, hour(agents, done, Math.min(REPLAYED, total - done))));
    await until(page, `document.body.textContent.includes("Connected") || undefined`, 60_000);
  }
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const heap = await page.evaluate<number>("performance.memory.usedJSHeapSize");
  report.add({ name: "memory after an hour's events", unit: "MB", values: [heap / 1e6], most: 150, advisory: true });
} finally {
  await browser.close();
}
report.end(json);

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

async function visit(open: Browser, cookies: Cookies, address: string): Promise<Page> {
  const context = await open.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript({ content: WATCH_LOADING });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(address, { waitUntil: "commit" });
  return page;
}

/**
 * Blank page and ours in turns; what is reported is how much later ours is, pair by pair. The blank page is what the same
 * server shows to a browser that is not logged in: two lines of text without any file.
 */
async function measureLoads(ours: string, cookies: Cookies): Promise<void> {
  const paints: number[] = [];
  const usable: number[] = [];
  const live: number[] = [];
  const blocked: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const empty = await visit(browser, [], ours);
    paints.push(await until(empty, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"));
    await empty.context().close();
    const page = await visit(browser, cookies, ours);
    usable.push(await until(page, "window.usableAt"));
    live.push(await until(page, "window.liveAt"));
    blocked.push(await until(page, "window.blocked()"));
    await page.context().close();
  }
  const beyond = (values: number[]): number[] => values.map((value, at) => value - (paints[at] ?? Number.NaN));
  report.add({ name: "blank page of the same server, painted", unit: "ms", values: paints });
  report.add({ name: "page can be used, beyond blank", unit: "ms", values: beyond(usable), most: 250, advisory: true });
  report.add({ name: "terminal is live, beyond blank", unit: "ms", values: beyond(live), most: 600, advisory: true });
  report.add({ name: "blocked until then", unit: "ms", values: blocked, most: 150, advisory: true });
}
