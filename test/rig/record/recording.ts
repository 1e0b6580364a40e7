import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Something a tool showed or said in one story, one JSON value a line. */
export interface Recording {
  /** The story; also the file's name. */
  story: string;
  lines: object[];
}

/** What `scripts/record.js` asks of a service: a file `<id>.ts` in this folder that exports `record`; `places` as for `writeRecording`. */
export type RecordService = () => AsyncIterable<Recording & { places: ReadonlyMap<string, string> }>;

/** Where the tests of a service read its recordings. */
export function folderOf(service: string): string {
  return fileURLToPath(new URL(`../../../src/services/${service}/recorded/`, import.meta.url));
}

/**
 * Writes a recording in place of the one before. `places` are this machine's paths and what to write instead of them, e.g.
 * the temporary home: a recording says nothing of where it was made.
 */
export async function writeRecording(
  service: string,
  { story, lines }: Recording,
  places: ReadonlyMap<string, string>,
): Promise<string> {
  const folder = folderOf(service);
  await mkdir(folder, { recursive: true });
  let text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  // The longest first: one place may lie in another.
  for (const [place, word] of [...places].toSorted(([a], [b]) => b.length - a.length))
    text = text.replaceAll(place, word);
  const path = join(folder, `${story}.jsonl`);
  await writeFile(path, text);
  return path;
}
