import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { toFailure } from "../../contract/error.ts";
import { explain } from "./failure.ts";
import type { Answer, Question, WorkerTask } from "./protocol.ts";
import { repair } from "./repair.ts";
import { Store } from "./store.ts";

/*
 * The thread that holds the ledger's file: answers one question after the other, in order. It may wait for the disk as
 * long as it likes; the thread that carries terminal frames never does.
 */

const port = parentPort;
if (!port) throw new Error("The ledger's worker runs as a thread only.");
const { file, repairs } = workerData as WorkerTask;
const say = (answer: Answer) => port.postMessage(answer);

if (repairs) {
  try {
    say({ n: 0, value: repair(file, new Date(), repairs.lossless) });
  } catch (error) {
    say({ n: 0, failure: toFailure(explain(error, file)) });
  }
  port.close();
} else serve(port);

function serve(port: MessagePort): void {
  try {
    const store = new Store(file);
    say({ ready: { last: store.last() } });
    const answer = ({ n, call, args }: Question): Answer => {
      try {
        return { n, value: (store[call] as (...args: unknown[]) => unknown).apply(store, args) };
      } catch (error) {
        return { n, failure: toFailure(explain(error, file)) };
      }
    };
    port.on("message", (questions: Question[]) => {
      const answers: Answer[] = [];
      for (const question of questions) {
        // What does not wait for the disk is not kept waiting by what does.
        if (question.call === "append" && answers.length > 0) port.postMessage(answers.splice(0));
        answers.push(answer(question));
      }
      port.postMessage(answers);
      if (questions.some(({ call }) => call === "close")) port.close();
    });
  } catch (error) {
    say({ refused: toFailure(explain(error, file)) });
  }
}
