import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";
import { testHome, type TestHome } from "../server/home.ts";
import { builtPage } from "./built-page.ts";

/** Where a Chromium is on this machine, if anywhere. */
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
/** Runs in the page: a breach of its policy becomes an error in its console. */
const WATCH_POLICY = `addEventListener("securitypolicyviolation", (e) => console.error("policy", e.violatedDirective, e.blockedURI))`;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A server with the built page, and a browser. */
export interface Stage extends AsyncDisposable {
  readonly home: TestHome;
  /** What pages complained about since the last `visit`: errors, failed requests, breaches of the policy. */
  readonly problems: string[];
  /** Opens the page as somebody who has just followed their link, then goes to `path`. Closes the page before. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Page>;
}

export async function openStage(): Promise<Stage> {
  const home = await testHome({ page: await builtPage() });
  const browser = await chromium.launch({
    executablePath: CHROMIUM ?? "",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const problems: string[] = [];
  let open: Page | undefined;
  return {
    home,
    problems,
    async visit(path, options = {}) {
      await open?.context().close();
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.addInitScript({ content: WATCH_POLICY });
      const page = (open = await context.newPage());
      problems.length = 0;
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
      await page.goto(home.logins.link().login);
      if (path !== undefined) await page.goto(home.server.url + path);
      await page.getByRole("textbox", { name: "Message" }).waitFor();
      return page;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Fails with what axe finds wrong with the page as it is now, in the theme it has. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(await readFile(AXE, "utf8"));
  // Terminals draw what programs choose; their colours are kept readable by the terminal itself.
  const found = await page.evaluate(
    `axe.run({ exclude: [".xterm"] }, { resultTypes: ["violations"] }).then(({ violations, passes }) => ({
      checked: passes.length,
      wrong: violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target.join(" ") + " " + failureSummary)),
    }))`,
  );
  const { checked, wrong } = found as { checked: number; wrong: string[] };
  expect(checked).toBeGreaterThan(10);
  expect(wrong).toEqual([]);
}
