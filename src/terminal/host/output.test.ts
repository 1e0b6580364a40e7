import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { collect, numbered, print } from "../../../test/suites/terminal-output.ts";
import { WINDOW } from "../link.ts";
import { Follower } from "./follower.ts";
import { Output } from "./output.ts";
import { JOURNAL_LIMIT } from "./segments.ts";

const MB = 1_048_576;
const root = mkdtempSync(join(tmpdir(), "clustr-out-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = () => mkdtempSync(join(root, "journal-"));
const EXIT = { code: 0, signal: null, at: "2026-01-01T00:00:00.000Z" };
const none = { pause() {}, resume() {} };

it(
  "keeps the last 64 MB on disk, names the oldest byte kept, and marks what was dropped as a gap",
  { timeout: 60_000 },
  async () => {
    const folder = fresh();
    const output = await Output.create(folder, 80, 24, () => {});
    const live = collect(output, 0);
    await print(output, 90 * MB);
    await output.finish(EXIT, () => Promise.resolve());

    const onDisk = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(onDisk).toBeLessThanOrEqual(JOURNAL_LIMIT + MB);
    expect(output.first).toBeGreaterThan(24 * MB);
    expect(output.first).toBeLessThan(36 * MB);
    expect(await live).toEqual({ bytes: 90 * MB, gaps: [] });
    const late = await collect(output, 0);
    expect(late).toEqual({ bytes: 90 * MB - output.first, gaps: [output.first] });
    // The same under a later host.
    const again = await Output.reopen(folder, output.end, EXIT);
    expect(again.first).toBe(output.first);
    expect(await collect(again, 0)).toEqual(late);
  },
);

it("lets a follower that takes nothing hold a window's worth, and waits for nobody", async () => {
  const output = await Output.create(fresh(), 80, 24, () => {});
  let sent = 0;
  const stalled = new Follower(output, 0, (chunk) => {
    if (chunk.type === "bytes") sent += chunk.bytes.length;
  });
  const quick = collect(output, 0);
  await print(output, 5 * MB);
  await output.finish(EXIT, () => Promise.resolve());
  expect(await quick).toEqual({ bytes: 5 * MB, gaps: [] });
  expect(sent).toBe(WINDOW);
  stalled.close();
});

it("goes on when the disk does not, and says from where on output is kept again", async () => {
  const folder = fresh();
  const problems: string[] = [];
  const output = await Output.create(folder, 80, 24, (problem) => problems.push(problem));
  await print(output, MB);
  await sleep(100);
  rmSync(folder, { recursive: true }); // The next segment cannot be made, as on a full disk.
  await print(output, 20 * MB);
  expect(output.end).toBe(21 * MB);
  expect(problems.join()).toContain("could not be kept");
  const live = collect(output, 20.5 * MB);
  await output.finish(EXIT, () => Promise.resolve());
  expect(await live, "the latest megabyte is in memory").toEqual({ bytes: 0.5 * MB, gaps: [] });
});

it("tells the exit only after it was recorded", async () => {
  const output = await Output.create(fresh(), 80, 24, () => {});
  const told = collect(output, 0);
  let recorded = false;
  output.push(numbered(0, 100), none);
  const finishing = output.finish(EXIT, async () => {
    await sleep(50);
    expect(output.exit).toBeUndefined();
    recorded = true;
  });
  await told;
  expect(recorded).toBe(true);
  await finishing;
});
