import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { privateFolder } from "./generation.ts";
import { adoptTerminal } from "./adopt.ts";
import { Segments } from "./host/segments.ts";

test("a terminal that was adopted before a kill is adopted once, and one of another journal is refused", async () => {
  const home = mkdtempSync(join(tmpdir(), "clustr-adopt-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const journal = join(home, "journal");
  await privateFolder(journal);
  await Segments.reopen(journal);
  const at = new Date(0).toISOString();
  await adoptTerminal(home, "a.1", journal, at);
  await adoptTerminal(home, "a.1", journal, at);
  await expect(adoptTerminal(home, "a.1", join(home, "other"), at)).rejects.toThrow("one of that name");
});
