import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freshFile } from "../../../test/suites/ledger-file.ts";
import { startWriter } from "../../../test/suites/ledger-process.ts";
import { note, written, type TestFact } from "../../../test/suites/ledger-facts.ts";
import { openSqliteLedger } from "./ledger.ts";

const mounted: string[] = [];
afterAll(() => {
  for (const folder of mounted) spawnSync("umount", ["-l", folder]);
});

/** A small disk of its own, or undefined where we may not mount one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(dirname(freshFile()), "disk-"));
  if (
    process.platform !== "linux" ||
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]).status !== 0
  )
    return undefined;
  mounted.push(folder);
  return folder;
}
const disk = smallDisk();

describe("the disk", () => {
  it.skipIf(!disk)(
    "when full refuses appends with what to do, keeps what it acknowledged, and takes more once there is room (needs a mount of its own)",
    { timeout: 60_000 },
    async () => {
      const file = join(disk ?? "", "ledger.db");
      const filler = join(disk ?? "", "filler");
      const ledger = await openSqliteLedger<TestFact>(file);
      const ids: string[] = [];
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 5; i++) ids.push(written(await ledger.append(note("y".repeat(2_000)))).id);
        expect(() => writeFileSync(filler, Buffer.alloc(4_000_000))).toThrow("ENOSPC");
        let refused = 0;
        for (let i = 0; i < 30; i++) {
          const appended = await ledger.append(note("z".repeat(9_000)));
          if (appended.outcome === "written") ids.push(appended.event.id);
          else
            expect(appended).toMatchObject({
              outcome: "unavailable",
              cause: {
                code: "unavailable",
                message: expect.stringMatching(/is full\. Nothing was written.*Free some space/),
              },
            });
          if (appended.outcome !== "written") refused += 1;
        }
        expect(refused).toBeGreaterThan(20);
        expect(await ledger.last()).toBe(ids.length);
        rmSync(filler);
        for (let i = 0; i < 5; i++) ids.push(written(await ledger.append(note("after"))).id);
      }
      expect((await ledger.read({ limit: 1_000 })).map(({ id }) => id)).toEqual(ids);
      await ledger.close();
      const again = await openSqliteLedger<TestFact>(file);
      expect((await again.read({ limit: 1_000 })).map(({ id }) => id)).toEqual(ids);
      await again.close();
      rmSync(file);
    },
  );

  it.skipIf(!disk)("when read-only is named at opening (needs a mount of its own)", async () => {
    const folder = join(disk ?? "", "..", "read-only");
    mkdirSync(folder);
    mounted.push(folder);
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder]).status).toBe(0);
    await expect(openSqliteLedger(join(folder, "ledger.db"))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("read-only"),
    });
  });

  const canLimit = process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0;
  it.skipIf(!canLimit)(
    "when it fails a write is no end: appends say so, and go on when it works again (needs prlimit)",
    { timeout: 60_000 },
    async () => {
      const file = freshFile();
      // A limit on file sizes, with its signal ignored, makes writes beyond it fail: an I/O error to SQLite.
      const { child, lines, gone } = startWriter(file, "w", `trap "" XFSZ; ulimit -S -f 600`);
      await expect
        .poll(() => lines().filter((line) => line.startsWith("!")).length, { timeout: 20_000 })
        .toBeGreaterThan(8);
      const refused = lines().filter((line) => line.startsWith("!"));
      expect(refused[0]).toMatch(/^! unavailable The disk with the ledger .* reports an error \(SQLITE_IOERR_WRITE\)/);
      expect(spawnSync("prlimit", ["--pid", `${child.pid}`, "--fsize=unlimited"]).status).toBe(0);
      const before = lines().length;
      await expect
        .poll(
          () =>
            lines()
              .slice(before)
              .filter((line) => /^\d/.test(line)).length,
          { timeout: 20_000 },
        )
        .toBeGreaterThan(100);
      child.stdin?.end();
      await gone;
      const acknowledged = lines()
        .filter((line) => /^\d+ w-\d+-\d+$/.test(line))
        .map((line) => line.split(" "));
      const ledger = await openSqliteLedger<TestFact>(file);
      const found = new Map((await ledger.read({ limit: 1_000_000 })).map(({ id, seq }) => [id, `${seq}`]));
      for (const [seq, id = ""] of acknowledged)
        if (found.get(id) !== seq) expect.unreachable(`${id} was acknowledged as ${seq}, found ${found.get(id)}`);
      await ledger.close();
    },
  );

  it("holds private files only, whatever the umask", { timeout: 60_000 }, async () => {
    for (const umask of ["000", "777"]) {
      const file = freshFile();
      const { child, lines, gone } = startWriter(file, "w", `umask ${umask}`);
      await expect.poll(() => lines().length, { timeout: 20_000 }).toBeGreaterThan(3);
      child.kill("SIGKILL");
      await gone;
      const modes = () =>
        Object.fromEntries(
          readdirSync(dirname(file)).map((name) => [
            name,
            (statSync(join(dirname(file), name)).mode & 0o777).toString(8),
          ]),
        );
      const all = { "ledger.db": "600", "ledger.db-wal": "600", "ledger.db-mark": "600", "ledger.db-lock": "600" };
      expect(modes()).toEqual(all);
      for (const name of Object.keys(all)) chmodSync(join(dirname(file), name), 0o644); // As a careless copy would leave them.
      const ledger = await openSqliteLedger<TestFact>(file);
      written(await ledger.append(note("x")));
      expect(modes()).toEqual(all);
      await ledger.close();
    }
  });

  it("without the folder is named at opening", async () => {
    const file = join(dirname(freshFile()), "missing", "ledger.db");
    await expect(openSqliteLedger(file)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/cannot be opened: .*Check that its folder exists/),
    });
  });
});
