import { watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { RulesFile, RulesText } from "../core/ports/rules-file.ts";
import { replaceFile } from "./private-files.ts";

/** Editors write in several steps; a change has come to rest when nothing happened for this long. */
const REST_MS = 150;
/** File systems without change events (network, some containers) are looked at this often. */
const LOOK_MS = 2_000;
/** Read at most this much: a larger file cannot be rules, and the core says so by its size. */
const MOST = 1_000_000;

/** The rules file at `full`, with whatever editor it is changed. */
export function rulesFile(full: string): RulesFile {
  return {
    path: full,
    async read(): Promise<RulesText> {
      try {
        const { size, mtimeMs } = await stat(full);
        if (size > MOST) return { problem: "unreadable", why: `it has ${size} bytes` };
        const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(full));
        return { text, changed: mtimeMs };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") return { problem: "missing" };
        return {
          problem: "unreadable",
          why: code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "it is not UTF-8 text" : (code ?? String(error)),
        };
      }
    },
    write: (text) => replaceFile(full, text),
    changes: (signal) => changesOf(full, signal),
  };
}

async function* changesOf(full: string, signal: AbortSignal): AsyncIterable<void> {
  let wake: (() => void) | undefined;
  const poke = (): void => wake?.();
  // Editors replace the file, so its folder is watched.
  try {
    const watcher = watch(
      path.dirname(full),
      { signal },
      (_event, name) => (name === null || name === path.basename(full)) && poke(),
    );
    watcher.on("error", () => {});
  } catch {
    // The machine's limit of watchers is used up: looking every now and then must do.
  }
  signal.addEventListener("abort", poke, { once: true });
  let before = "";
  while (!signal.aborted) {
    if (before !== "")
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, LOOK_MS).unref();
      });
    let now = await stamp(full);
    if (now === before || signal.aborted) continue;
    for (let last = before; last !== now && !signal.aborted; now = await stamp(full)) {
      last = now;
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
    before = now;
    yield;
  }
}

async function stamp(full: string): Promise<string> {
  try {
    const { mtimeMs, size, ino, mode } = await stat(full);
    return `${mtimeMs} ${size} ${ino} ${mode}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "?";
  }
}
