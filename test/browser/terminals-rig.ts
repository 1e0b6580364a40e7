import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { build } from "vite";
import type { Agent } from "../../src/contract/agent.ts";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch, type Scratch } from "../rig/rig.ts";

export const CHROMIUM = [
  process.env["CLUSTR_TEST_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

const TYPES: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };
/** A page that the rig hands out itself has no address of its own, so Chromium would keep it from asking this machine. */
const FLAGS = ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"];
/** As the server sends it with every page. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** Runs in the page: a breach of its policy becomes an error in its console. */
const WATCH_POLICY = `addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI))`;
/** Runs in the page: keeps when a terminal first showed text. */
const WATCH_LIVE = `new MutationObserver((_, observer) => {
  if (!document.querySelector(".xterm-rows")?.textContent.trim()) return;
  window.liveAt = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true, characterData: true });`;
const BLANK = `<!doctype html><title>Blank</title><p>Blank</p>`;

/** A real Clustr with script agents, and a page in Chromium that has terminals and nothing else. */
export interface TerminalRig extends AsyncDisposable {
  readonly clustr: RunningClustr;
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Where the built page is, for its sizes. */
  readonly built: string;
  /** What pages complained about: errors, and breaches of their policy. */
  readonly problems: string[];
  /** Starts an agent that is soon done and then only waits; its terminal echoes what is typed. */
  agent(name: string, steps?: unknown[]): Promise<Agent>;
  /** Lets an agent's program print, byte by byte as given. */
  print(name: string, text: string): Promise<void>;
  /** Opens terminals: see `terminals-page/main.tsx` for what can be asked. */
  open(query: string, size?: { width: number; height: number }): Promise<Page>;
  /** The same in a browser that has never been here, logged in; `blank` is a page with nothing on it. */
  fresh(query: string): Promise<Page>;
}

export async function terminalRig(flags: string[] = ["--disable-gpu"]): Promise<TerminalRig> {
  const place: Scratch = await scratch();
  const dashboard = fileURLToPath(new URL("../../src/dashboard/", import.meta.url));
  const built = join(place.path, "page");
  const project = await place.folder("shop");
  const env = cleanEnv(await place.folder("home"));
  const [clustr, browser] = await Promise.all([
    startClustr(project, await place.folder("data"), env),
    chromium.launch({ executablePath: CHROMIUM ?? "", args: [...FLAGS, ...flags] }),
    build({
      configFile: `${dashboard}vite.config.ts`,
      root: fileURLToPath(new URL("terminals-page/", import.meta.url)),
      logLevel: "error",
      build: { outDir: built, emptyOutDir: true },
    }),
  ]);
  const problems: string[] = [];
  const newContext = async (): Promise<BrowserContext> => {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    context.setDefaultTimeout(10_000);
    await context.addInitScript({ content: WATCH_POLICY });
    await serve(context, built);
    return context;
  };
  const context = await newContext();
  await context.request.get(clustr.ready.login);

  return {
    clustr,
    browser,
    context,
    built,
    problems,
    async agent(name, steps = []) {
      await mkdir(project, { recursive: true });
      const task = JSON.stringify([{ run: `echo $PPID > ${name}.pid` }, ...steps]);
      const agent = await clustr.client.call("agent.spawn", { name, task, service: "script", autonomy: "full" });
      const pid = join(project, `${name}.pid`);
      for (const end = Date.now() + 20_000; !existsSync(pid) && Date.now() < end;)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return agent;
    },
    async print(name, text) {
      const pid = (await readFile(join(project, `${name}.pid`), "utf8")).trim();
      await appendFile(`/proc/${pid}/fd/1`, text);
    },
    async open(query, size = { width: 1440, height: 900 }) {
      const page = await context.newPage();
      await page.setViewportSize(size);
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      await page.goto(`${clustr.ready.url}/?${query}`);
      return page;
    },
    async fresh(query) {
      const another = await newContext();
      await another.addInitScript({ content: WATCH_LIVE });
      await another.addCookies(await context.cookies());
      const page = await another.newPage();
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`${clustr.ready.url}/?${query}`, { waitUntil: "commit" });
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await clustr[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Hands out the built page; everything else comes from the real server. */
function serve(context: BrowserContext, built: string): Promise<unknown> {
  return context.route(
    (url) => url.pathname === "/" || url.pathname.startsWith("/assets/"),
    async (route) => {
      const url = new URL(route.request().url());
      const file = url.pathname === "/" ? "/index.html" : normalize(url.pathname);
      const headers = { "content-security-policy": POLICY, "content-type": TYPES[file.split(".").at(-1) ?? ""] ?? "" };
      await route.fulfill({ body: url.search === "?blank" ? BLANK : await readFile(join(built, file)), headers });
    },
  );
}
