import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { wrapPrograms, wrapThreads } from "../points/machine.ts";

/*
 * `node --import <this>?file=…`: the wall clock of this process, its threads and the terminal host is off by as many ms as
 * the file says, from the moment it says so. What counts from the start of the process is not touched.
 */

/** How often the file is looked at, ms. */
const LOOK_MS = 20;

const file = new URL(import.meta.url).searchParams.get("file") ?? fileURLToPath(import.meta.url);
const Real = Date;
let offset = read();
setInterval(() => (offset = read()), LOOK_MS).unref();

globalThis.Date = class extends Real {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(Real.now() + offset);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return Real.now() + offset;
  }
} as DateConstructor;

const quiet = (): void => {};
if (isMainThread) {
  wrapPrograms(quiet, import.meta.url);
  wrapThreads(import.meta.url);
}

function read(): number {
  try {
    return Number(readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}
