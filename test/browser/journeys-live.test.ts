import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { journeyStage, PHONE, WIDE, soon } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

/** Runs in the page: when each file of a name that begins with `live-` first stood in the tree with its mark, ms since 1970. */
const WATCH_TREE = `window.shown = {};
new MutationObserver(() => {
  for (const row of document.querySelectorAll("[role=treeitem]"))
    if (/^live-/.test(row.dataset.key ?? "") && row.querySelector(".files-mark")) shown[row.dataset.key] ??= Date.now();
}).observe(document.body, { childList: true, subtree: true, characterData: true });`;

/** Runs in the page: keeps how long frames took and how long each key waited for the frame that shows it, ms. */
const WATCH_KEYS = `window.frames_ = []; window.keys_ = [];
let last = performance.now();
const step = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(step); };
requestAnimationFrame(step);
addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => keys_.push(performance.now() - timeStamp))), { capture: true });`;

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity;
const p95 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Infinity;

describe.skipIf(CHROMIUM === undefined)("journeys: what agents do to files, as it happens", () => {
  const at = journeyStage();

  test("10: a file that an agent writes is in the tree with its mark in less than half a second", async () => {
    const page = await at.visit("files");
    await page.getByText("Empty", { exact: true }).waitFor();
    await page.evaluate(WATCH_TREE);
    const steps = Array.from({ length: 5 }, (_, turn) => [
      { write: `live-${turn}.txt`, text: `${turn}\n` },
      { sleep: 0.4 },
    ]);
    await at.stage.agent("wren", [...steps.flat(), { sleep: 600 }]);
    const row = (turn: number) => page.getByRole("treeitem", { name: `live-${turn}.txt` });
    await row(4).getByText("created by wren").waitFor({ state: "attached" });
    const shown = await page.evaluate<Record<string, number>>("shown");
    const waits = await Promise.all(
      Object.entries(shown).map(
        async ([path, when]) => when - (await stat(join(at.stage.clustr.folder, path))).mtimeMs,
      ),
    );
    expect(waits).toHaveLength(5);
    console.log("from the write to the mark in the tree, ms:", waits.map(Math.round).join(" "));
    expect(median(waits)).toBeLessThan(500);
    await page.getByRole("tab", { name: "Changes 5" }).waitFor();
    await at.rows(page).filter({ hasText: "wren" }).getByText("+5").waitFor();
    await at.arrived(page, "written-live");
  });

  test.each([WIDE, PHONE])(
    "10: two thousand files at once do not get into the way of typing, at $name px",
    async (width) => {
      const page = await at.visit("files", width);
      await page.getByRole("treeitem").first().waitFor();
      await page.evaluate(WATCH_KEYS);
      const type = async () => {
        await page.evaluate("frames_.length = keys_.length = 0");
        const text = "the quick brown fox jumps over the lazy dog ";
        await at.message(page).pressSequentially(text, { delay: 30 });
        expect(await at.message(page).inputValue()).toBe(text);
        await at.message(page).fill("");
        const { frames, keys } = await page.evaluate<{ frames: number[]; keys: number[] }>(
          "({ frames: frames_, keys: keys_ })",
        );
        expect(keys.length).toBeGreaterThan(40);
        return { frame: Math.max(...frames), key: p95(keys) };
      };
      const quiet = await type();
      const name = `storm${width.name}`;
      const made = `for i in $(seq 2000); do echo $i > ${name}/$i.txt; done`;
      await at.stage.agent(name, [{ run: `mkdir ${name}; sleep 1; ${made}` }, { sleep: 600 }]);
      const busy = await type();
      await soon(async () => (await at.call("change.summary", {})).agents.find(({ agent }) => agent === name)?.files, {
        timeout: 30_000,
      }).toBe(2000);
      const after = await type();
      console.log(
        `${width.name} px: longest frame, p95 of a key, ms: quiet ${say(quiet)}, burst ${say(busy)}, after ${say(after)}`,
      );
      for (const one of [busy, after]) {
        expect(one.key).toBeLessThan(Math.max(100, quiet.key * 3));
        expect(one.frame).toBeLessThan(Math.max(250, quiet.frame * 3));
      }
      await at.arrived(page, `two-thousand-${width.name}`);
    },
  );
});

const say = ({ frame, key }: { frame: number; key: number }) => `${Math.round(frame)} ${Math.round(key)}`;
