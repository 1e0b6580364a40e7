import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const root = mkdtempSync(join(tmpdir(), "clustr-ledger-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;

/** Path of a ledger in a new folder of its own, deleted after the tests of the file. */
export function freshFile(): string {
  return join(mkdtempSync(join(root, `${++made}-`)), "ledger.db");
}
