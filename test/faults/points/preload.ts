import { isMainThread, workerData } from "node:worker_threads";
import type { fire as Fire } from "./fire.ts";
import { wrapFiles, wrapPrograms, wrapSteps, wrapThreads, wrapTransactions } from "./machine.ts";
import { wrapPorts } from "./ports.ts";

/* `node --import <this>?folder=…`: puts named points into the server that follows. See `fire.ts`. */

const { search } = new URL(import.meta.url);
const { fire } = (await import(`./fire.ts${search}`)) as { fire: typeof Fire };
const { file } = (workerData ?? {}) as { file?: string };

if (isMainThread) {
  wrapPorts(fire);
  wrapFiles(fire);
  wrapPrograms(fire, import.meta.url);
  wrapThreads(import.meta.url);
} else if (file !== undefined) {
  wrapTransactions(fire, file);
  wrapFiles(fire);
  wrapSteps(fire);
}
