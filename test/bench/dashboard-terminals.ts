/*
 * Measures the terminals of the dashboard in real Chromium, over a real server with script agents: how large they are,
 * how soon one is live compared with a page that has nothing on it, and how soon a key is on the screen, alone and beside
 * eight agents (or another number) that print 1 MB/s each.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { terminalRig, type TerminalRig } from "../browser/terminals-rig.ts";
import { benchArguments, quantile, Report } from "./rig/report.ts";

const { count: floods, json } = benchArguments(8);
const KEYS = 100;
/** Loads of each page, each in a browser context without a cache. */
const LOADS = 9;
const KEY_MS = 100;

/** Prints coloured lines at 1 MB/s, as a build or a test run in a hurry does. */
const FLOOD = `
const line = (n) => "\\x1b[3" + (n % 8) + "m" + String(n).padStart(8) + "\\x1b[0m " + "compiling src/module-" + n + ".ts ".repeat(12) + "\\r\\n";
let n = 0, sent = 0;
const began = Date.now();
setInterval(() => {
  let text = "";
  while (sent + text.length < (Date.now() - began) * 1000) text += line(n++);
  sent += text.length;
  process.stdout.write(text);
}, 20);
`;

/** Notes when the terminal shows one more of the letter that is typed, from the moment the key went down. */
const WATCH = `
  window.echoes = [];
  const rows = document.querySelector(".xterm-rows");
  const count = () => rows.textContent.split("k").length;
  let down, before = count();
  addEventListener("keydown", (event) => { if (event.key === "k") down = event.timeStamp; }, true);
  new MutationObserver(() => {
    const now = count();
    if (down !== undefined && now > before) { echoes.push(performance.now() - down); down = undefined; }
    before = now;
  }).observe(rows, { childList: true, subtree: true, characterData: true });
`;

async function echoes(page: Page): Promise<number[]> {
  await page.locator(".xterm-screen").first().click();
  await page.locator(".xterm-helper-textarea:focus").waitFor();
  await page.keyboard.press("Enter");
  await wait(500);
  await page.evaluate(WATCH);
  for (let typed = 1; typed <= KEYS; typed++) {
    await page.keyboard.press("k");
    // A key that is slow counts with all its time: the next one waits for it.
    await until(page, `echoes.length >= ${typed} || undefined`);
    await wait(KEY_MS);
  }
  return page.evaluate("echoes");
}

/** From navigation to the first text of a live terminal, and to the first paint of an empty page, ms. */
async function loads(rig: TerminalRig): Promise<{ blank: number[]; live: number[] }> {
  const blank: number[] = [];
  const live: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const empty = await rig.fresh("blank");
    blank.push(await until(empty, "performance.getEntriesByName('first-paint')[0]?.startTime"));
    await empty.context().close();
    const page = await rig.fresh("agents=quiet");
    live.push(await until(page, "window.liveAt"));
    await page.context().close();
  }
  return { blank, live };
}

/** The value of an expression in a page once it has one; the page's policy lets it wait for none by itself. */
async function until(page: Page, expression: string): Promise<number> {
  for (const end = Date.now() + 20_000; Date.now() < end; await wait(20)) {
    const value = await page.evaluate<number | undefined>(expression).catch(() => undefined);
    if (value !== undefined) return value;
  }
  throw new Error(`never there: ${expression}`);
}

/** Sizes of the page's parts as they travel compressed, in kB. */
async function sizes(built: string): Promise<Record<string, number>> {
  const files = (await readdir(join(built, "assets"))).filter((file) => file.endsWith(".js"));
  const pairs = files.map(async (file): Promise<[string, number]> => [
    file.replace(/-[\w-]{8}\.js$/, ""),
    gzipSync(await readFile(join(built, "assets", file)), { level: 9 }).length / 1000,
  ]);
  return Object.fromEntries(await Promise.all(pairs));
}

await using rig = await terminalRig();
const report = new Report(`Terminals beside ${floods} that print 1 MB/s`);
const gz = await sizes(rig.built);
report.add({ name: "xterm, gzip", unit: "kB", values: [gz["xterm"] ?? Number.NaN], most: 88 });
report.add({ name: "WebGL drawing, gzip, only when used", unit: "kB", values: [gz["addon-webgl"] ?? Number.NaN] });
report.add({ name: "finding, gzip, only when used", unit: "kB", values: [gz["addon-search"] ?? Number.NaN] });

await rig.agent("quiet");
const { blank, live } = await loads(rig);
report.add({ name: "first paint of a blank page", unit: "ms", values: blank });
report.add({ name: "text of a live terminal", unit: "ms", values: live });
report.add({
  name: "live terminal beyond blank",
  unit: "ms",
  values: [quantile(live, 0.5) - quantile(blank, 0.5)],
  most: 600,
});

const still = await rig.open("agents=quiet");
await still.getByText("still read").first().waitFor();
const alone = await echoes(still);
report.add({ name: "key to screen, nothing else going on", unit: "ms", values: alone });
report.add({ name: "key to screen, nothing else going on, p95", unit: "ms", values: [quantile(alone, 0.95)] });
await still.close();

await writeFile(join(rig.clustr.folder, "flood.mjs"), FLOOD);
const names = Array.from({ length: floods }, (_, at) => `flood-${at}`);
await Promise.all(names.map((name) => rig.agent(name, [{ run: "exec node flood.mjs > /proc/$PPID/fd/1" }])));
const page = await rig.open(`layout=8&agents=${["quiet", ...names].join(",")}`);
await page.getByText("still read").first().waitFor();
await wait(2_000);
const beside = await echoes(page);
report.add({ name: "key to screen, beside the floods", unit: "ms", values: beside });
report.add({ name: "key to screen, beside the floods, p95", unit: "ms", values: [quantile(beside, 0.95)], most: 30 });
const heap = await page.evaluate<number>("performance.memory.usedJSHeapSize");
report.add({ name: "JavaScript memory of the page", unit: "MB", values: [heap / 1e6], most: 150 });
report.end(json);
