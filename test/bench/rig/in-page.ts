import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";

/**
 * Runs before a page does: keeps when one could write a message and choose an agent (`usableAt`), when a terminal first
 * showed text (`liveAt`), and for how long work of more than 50 ms held up everything else (`blocked()`), all in ms.
 */
export const WATCH_LOADING = `{
  const tasks = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) tasks.push(duration); })
    .observe({ type: "longtask", buffered: true });
  window.blocked = () => tasks.reduce((sum, duration) => sum + duration - 50, 0);
  const looks = {
    usableAt: () => document.querySelector("textarea:not(:disabled)") && document.querySelector("nav li button"),
    liveAt: () => document.querySelector(".xterm-rows")?.textContent.trim(),
  };
  const observer = new MutationObserver(() => {
    for (const [name, look] of Object.entries(looks)) if (!window[name] && look()) window[name] = performance.now();
    if (window.usableAt && window.liveAt) observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true, characterData: true });
}`;

/** The value of an expression in a page once it has one; the page's policy lets it wait for none by itself. */
export async function until(page: Page, expression: string, limitMs = 30_000): Promise<number> {
  for (const end = Date.now() + limitMs; Date.now() < end; await wait(50)) {
    const value = await page.evaluate<number | undefined>(expression).catch(() => undefined);
    if (value !== undefined && value !== null) return value;
  }
  throw new Error(`Never there: ${expression}`);
}

/** What was seen while the messages went by; frames in ms, `longest` the longest the page itself worked in one go. */
export interface Scrolled {
  frames: number[];
  atRest: number[];
  longest: number;
  rate: number;
}

/**
 * Scrolls from the newest message up to the oldest, some screens a frame, while older ones are loaded. A frame may also be
 * late because the machine has other things to do; how late, frames of the same page at rest tell.
 */
const SCROLL = `async (wanted) => {
  const log = document.querySelector("[role=log]");
  const frame = () => new Promise(requestAnimationFrame);
  const measure = async (count, act) => {
    const frames = [];
    let last = await frame();
    while (await count(frames.length)) { act(); const now = await frame(); frames.push(now - last); last = now; }
    return frames;
  };
  const atRest = await measure(async (at) => at < 300, () => {});
  const tasks = [0];
  const observer = new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) tasks.push(duration); });
  observer.observe({ type: "longtask" });
  const began = performance.now();
  const frames = await measure(async () => {
    if (log.textContent.includes("message 0 of ")) return false;
    if (performance.now() - began > 300000) throw new Error("The first message is not reached: " + log.textContent.slice(0, 300));
    return true;
  }, () => { log.scrollTop -= 2400; });
  observer.disconnect();
  return { frames, atRest, longest: Math.max(...tasks), rate: wanted / (performance.now() - began) * 1000 };
}`;

export async function scrollThrough(page: Page, count: number): Promise<Scrolled> {
  return page.evaluate<Scrolled>(`(${SCROLL})(${count})`);
}
