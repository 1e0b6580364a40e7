import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What parts of the built page may weigh as they would travel compressed, in kB. */
export const BUDGET = { initial: 90, terminal: 88 };

/** What parts of a built page weigh, gzipped, in kB. */
export interface Weight {
  /** All scripts a browser needs before the page can draw anything: the entry and what it imports at once. */
  initial: number;
  /** The terminal, fetched beside them. */
  terminal: number;
  /** Styles of the first paint. */
  styles: number;
}

/** Weighs a built page in a folder. */
export async function weigh(built: string): Promise<Weight> {
  const html = await readFile(join(built, "index.html"), "utf8");
  const scripts = new Set<string>();
  const take = async (name: string): Promise<void> => {
    if (scripts.has(name)) return;
    scripts.add(name);
    const text = await readFile(join(built, "assets", name), "utf8");
    // A static import at the beginning of a built file; `import(…)` is none.
    const found = text.matchAll(/(?:^|[;}\n])import(?:[\w$*{}\s,]+from)?\s*"\.\/([\w.-]+\.js)"/g);
    for (const [, imported] of found) if (imported !== undefined) await take(imported);
  };
  const first = (pattern: RegExp): string[] => [...html.matchAll(pattern)].flatMap(([, name]) => name ?? []);
  const entries = first(/<script[^>]+src="\/assets\/([\w.-]+\.js)"/g);
  if (entries.length === 0) throw new Error(`${built} has no page: its index.html begins no script.`);
  for (const name of entries) await take(name);
  const terminals = (await readdir(join(built, "assets"))).filter((name) => /^xterm-.+\.js$/.test(name));
  if (terminals.length !== 1) throw new Error(`${built} has ${terminals.length} files of the terminal, not one.`);
  const size = async (names: Iterable<string>): Promise<number> => {
    const each = [...names].map(async (name) => gzipSync(await readFile(join(built, "assets", name))).length);
    return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0) / 1000;
  };
  return {
    initial: await size(scripts),
    terminal: await size(terminals),
    styles: await size(first(/<link[^>]+href="\/assets\/([\w.-]+\.css)"/g)),
  };
}
