import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import type { Agent } from "../../src/contract/agent.ts";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";
import { builtPage } from "./built-page.ts";
import { CHROMIUM } from "./stage.ts";

const TYPES: Record<string, string> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" },
  ...{ ".woff2": "font/woff2", ".png": "image/png", ".webmanifest": "application/manifest+json" },
};
/** As the server sends it with every page. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";
/** Runs in the page: a breach of its policy becomes an error in its console. */
const WATCH_POLICY = `addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI))`;
/** A page that is handed out here has no address of its own, so Chromium would keep it from asking this machine. */
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-features=LocalNetworkAccessChecks"];

/** A real Clustr in a process of its own, script agents on a real folder, and the whole page in Chromium. */
export interface RoomsStage extends AsyncDisposable {
  readonly clustr: RunningClustr;
  /** Address of the workspace in the page. */
  readonly root: string;
  /** What pages complained about since the last `visit`. */
  readonly problems: string[];
  /** Starts a script agent. */
  agent(name: string, steps?: unknown[]): Promise<Agent>;
  /** Writes a file of the project, as the person would. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** A folder that the server finds programs in before all others; empty at first. */
  readonly tools: string;
  /** Makes a folder outside the project; its absolute path. */
  folder(name: string): Promise<string>;
  /** Opens the page, logged in, at a path of the server's; nothing in it moves. Closes the page before. */
  visit(path: string, options?: BrowserContextOptions): Promise<Page>;
}

export async function roomsStage(): Promise<RoomsStage> {
  const place = await scratch();
  const project = await place.folder("shop");
  const tools = await place.folder("tools");
  const env = cleanEnv(await place.folder("home"));
  const [clustr, browser, built] = await Promise.all([
    startClustr(project, await place.folder("data"), { ...env, PATH: `${tools}:${env["PATH"] ?? ""}` }),
    chromium.launch({ executablePath: CHROMIUM ?? "", args: FLAGS }),
    builtPage(),
  ]);
  const problems: string[] = [];
  let open: BrowserContext | undefined;
  let cookies: Awaited<ReturnType<BrowserContext["cookies"]>> = [];
  return {
    clustr,
    root: `/w/${clustr.ready.workspace}`,
    problems,
    tools,
    agent: (name, steps = [{ sleep: 600 }]) =>
      clustr.client.call("agent.spawn", { name, task: JSON.stringify(steps), service: "script", autonomy: "full" }),
    async write(path, content) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), content);
    },
    folder: (name) => place.folder(name),
    async visit(path, options = {}) {
      await open?.close();
      const context = (open = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
        ...options,
      }));
      context.setDefaultTimeout(15_000);
      await context.addInitScript({ content: WATCH_POLICY });
      await serve(context, built);
      // A link works once; the login it gives is for all pages.
      if (cookies.length === 0) {
        await context.request.get(clustr.ready.login);
        cookies = await context.cookies();
      }
      await context.addCookies(cookies);
      const page = await context.newPage();
      problems.length = 0;
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      await page.goto(clustr.ready.url + path);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await clustr[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Hands out the page as it is in the sources now; everything else comes from the real server. */
function serve(context: BrowserContext, built: string): Promise<unknown> {
  const fileOf = (url: URL) => {
    const path = normalize(url.pathname);
    if (path === "/" || path.startsWith("/w/")) return join(built, "index.html");
    return existsSync(join(built, path)) ? join(built, path) : undefined;
  };
  return context.route(
    (url) => fileOf(url) !== undefined,
    async (route) => {
      const file = fileOf(new URL(route.request().url())) ?? "";
      const headers = { "content-security-policy": POLICY, "content-type": TYPES[extname(file)] ?? "" };
      await route.fulfill({ body: await readFile(file), headers });
    },
  );
}
