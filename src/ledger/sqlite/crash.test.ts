import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { freshFile } from "../../../test/suites/ledger-file.ts";
import { startWriter } from "../../../test/suites/ledger-process.ts";
import type { TestFact } from "../../../test/suites/ledger-facts.ts";
import { openSqliteLedger } from "./ledger.ts";

const KILLS = Number(process.env["LEDGER_KILLS"] ?? 25);

describe("kill -9", () => {
  it(
    `loses, doubles and reorders nothing acknowledged in ${KILLS} kills at random moments`,
    { timeout: 30_000 + KILLS * 4_000 },
    async () => {
      const file = freshFile();
      const acknowledged = new Map<string, number>();
      for (let kill = 0; kill < KILLS; kill++) {
        const { child, lines, gone } = startWriter(file, `${kill}`);
        await expect.poll(() => lines().length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
        expect(lines()[0]).toBe("ready");
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
        child.kill("SIGKILL");
        await gone;
        for (const line of lines().slice(1)) {
          expect(line).toMatch(/^\d+ [\d-]+$/);
          const [seq, id = ""] = line.split(" ");
          acknowledged.set(id, Number(seq));
        }
      }
      expect(acknowledged.size).toBeGreaterThan(KILLS * 10);
      const ledger = await openSqliteLedger<TestFact>(file);
      const events = await ledger.read({ limit: 20_000_000 });
      await ledger.close();
      const found = new Map(events.map(({ id, seq }) => [id, seq]));
      expect(found.size).toBe(events.length);
      for (const [id, seq] of acknowledged)
        if (found.get(id) !== seq) expect.unreachable(`${id} was acknowledged as ${seq}, found ${found.get(id)}`);
      // In order: what one writer wrote one after the other has rising positions, without a hole.
      const next = new Map<string, number>();
      for (const { id } of events) {
        const [, run, i] = /^(\d+-\d+)-(\d+)$/.exec(id) ?? [];
        expect(Number(i)).toBe(next.get(run ?? "") ?? 0);
        next.set(run ?? "", Number(i) + 1);
      }
      console.log(`${KILLS} kills: ${acknowledged.size} acknowledged, ${events.length} found, 0 lost`);
    },
  );

  it(
    "frees the ledger: a second server is refused while the first lives, and gets in the moment it is killed",
    { timeout: 60_000 },
    async () => {
      const file = freshFile();
      const first = startWriter(file, "first");
      await expect.poll(() => first.lines()[0], { timeout: 20_000 }).toBe("ready");
      await expect(openSqliteLedger(file)).rejects.toMatchObject({
        code: "conflict",
        message: expect.stringContaining("Another Clustr server uses the ledger"),
      });
      const second = startWriter(file, "second");
      await second.gone;
      expect(second.child.exitCode).toBe(7);
      expect(second.lines()).toEqual([expect.stringContaining("Another Clustr server uses the ledger")]);
      first.child.kill("SIGKILL");
      await first.gone;
      const ledger = await openSqliteLedger(file);
      expect(await ledger.last()).toBeGreaterThan(0);
      // A refused attempt of our own must not cost us the lock (as closing any descriptor of a locked file would).
      await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: "conflict" });
      const taken = `import Database from "better-sqlite3"; new Database(${JSON.stringify(`${file}-lock`)}, { timeout: 0 }).exec("BEGIN EXCLUSIVE")`;
      const other = spawnSync(process.execPath, ["--input-type=module", "-e", taken], {
        cwd: import.meta.dirname,
        encoding: "utf8",
      });
      expect(other.stderr).toContain("SQLITE_BUSY");
      const third = startWriter(file, "third");
      await third.gone;
      expect(third.lines()).toEqual([expect.stringContaining("Another Clustr server uses the ledger")]);
      await ledger.close();
    },
  );
});
