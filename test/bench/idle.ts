/*
 * Measures what Clustr takes when nobody does anything, over 30 seconds unless another number is given: the server and the
 * terminal host without agents, with twenty quiet ones, with the dashboard open as well (where there is a Chromium), and
 * with two of each real tool beside them. From /proc, so on Linux only.
 */
import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";
import { readHosts } from "../../src/terminal/generation.ts";
import { CHROMIUM } from "../browser/stage.ts";
import { quietClustr } from "./rig/quiet.ts";
import { benchArguments, Report } from "./rig/report.ts";
import { usageOf } from "./rig/usage.ts";

const { count: seconds, json } = benchArguments(30);
const AGENTS = 20;
/** What was started is given so long to come to rest. */
const REST_MS = 5_000;

const report = new Report(`Idle for ${seconds} s`);
await using quiet = await quietClustr();
const { clustr, home } = quiet;

async function measure(title: string, promised: boolean): Promise<void> {
  await wait(REST_MS);
  const [host] = await readHosts(home);
  if (!host) throw new Error("There is no terminal host.");
  const pids = { server: clustr.pid, "terminal host": host.pid };
  for (const [name, { cpu, wakeups, resident }] of Object.entries(await usageOf(pids, seconds))) {
    const own = promised && name === "server";
    report.add({ name: `${name}, ${title}: of a core`, unit: "%", values: [cpu], ...(promised ? { most: 1 } : {}) });
    report.add({ name: `${name}, ${title}: woken`, unit: "/s", values: [wakeups] });
    report.add({ name: `${name}, ${title}: memory`, unit: "MB", values: [resident], ...(own ? { most: 150 } : {}) });
  }
}

await measure("no agents", false);
for (let at = 0; at < AGENTS; at++) await quiet.agent(`quiet-${at}`);
await measure(`${AGENTS} agents`, true);
if (CHROMIUM !== undefined) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(clustr.ready.login);
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await measure(`${AGENTS} agents and the dashboard`, true);
  } finally {
    await browser.close();
  }
}
for (const [name, service] of [
  ["cleo", "claude"],
  ["carl", "claude"],
  ["cora", "codex"],
  ["cole", "codex"],
] as const)
  await quiet.agent(name, service);
await measure(`${AGENTS} agents, two on Claude Code and two on Codex`, true);
report.end(json);
