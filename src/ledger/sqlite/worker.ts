import { parentPort, workerData } from "node:worker_threads";
import { toFailure } from "../../contract/error.ts";
import { explain } from "./failure.ts";
import type { Answer, Question } from "./protocol.ts";
import { Store } from "./store.ts";

/*
 * The thread that holds the ledger's file: answers one question after the other, in order. It may wait for the disk as
 * long as it likes; the thread that carries terminal frames never does.
 */

const port = parentPort;
if (!port) throw new Error("The ledger's worker runs as a thread only.");
const { file } = workerData as { file: string };
const say = (answer: Answer) => port.postMessage(answer);

try {
  const store = new Store(file);
  say({ ready: { last: store.last() } });
  port.on("message", ({ n, call, args }: Question) => {
    try {
      say({ n, value: (store[call] as (...args: unknown[]) => unknown).apply(store, args) });
    } catch (error) {
      say({ n, failure: toFailure(explain(error, file)) });
    }
    if (call === "close") port.close();
  });
} catch (error) {
  say({ refused: toFailure(explain(error, file)) });
}
