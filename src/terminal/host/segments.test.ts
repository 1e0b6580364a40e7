import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { noteOf, Segments } from "./segments.ts";

const SIZE = { offset: 0, cols: 100, rows: 30 };
let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "clustr-segments-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("keeps the size of a terminal whose first bytes the disk refused: the file is begun anew, and says it again", async () => {
  const segments = new Segments(folder);
  await segments.append(0, [], SIZE);
  await segments.note(noteOf({ ...SIZE }));
  await segments.close(); // As after a write that failed.
  await segments.append(0, [Buffer.from("first")], SIZE);
  await segments.close();
  expect((await Segments.reopen(folder)).sizes).toContainEqual(SIZE);
});
