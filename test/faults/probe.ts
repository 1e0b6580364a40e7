import { appendFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/*
 * Loaded into a server under test before its program (`--import`): what only the process itself knows, one line of JSON
 * each second in the file CLUSTR_PROBE names. With --expose-gc garbage is collected first, every tenth time.
 */

/** One look; bytes and milliseconds. `live`: garbage was collected right before. */
export interface Look {
  at: number;
  live: boolean;
  heap: number;
  outside: number;
  handles: number;
  /** The longest the event loop was held up since the look before. */
  held: number;
}

const file = process.env["CLUSTR_PROBE"];
const delay = monitorEventLoopDelay({ resolution: 5 });
let looks = 0;

function look(): void {
  const held = delay.max / 1e6;
  const live = looks++ % 10 === 0 && globalThis.gc !== undefined;
  if (live) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  const line: Look = { at: Date.now(), live, heap: heapUsed, outside: external, handles, held };
  appendFileSync(String(file), `${JSON.stringify(line)}\n`);
  delay.reset();
}

if (file !== undefined) {
  delay.enable();
  setInterval(look, 1_000).unref();
}
