/*
 * A process that writes to a ledger until it is killed: `node ledger-writer.ts FILE PREFIX`. Prints "ready", then each
 * acknowledged append as "<seq> <id>", one a line, written at once. Ends when its standard input does, so that
 * it never outlives a test.
 */
import { writeSync } from "node:fs";
import { openSqliteLedger } from "../../src/ledger/sqlite/ledger.ts";
import { note, type TestFact } from "./ledger-facts.ts";

const [file = "", prefix = ""] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

process.stdin.on("end", () => process.exit(0)).resume();
try {
  const ledger = await openSqliteLedger<TestFact>(file);
  say("ready");
  // Four writers of 1 to 400 bytes: batches of several sizes, and enough pages for checkpoints to be hit as well.
  for (let writer = 0; writer < 4; writer++) void write(writer);
  async function write(writer: number): Promise<void> {
    for (let i = 0; ; i++) {
      const id = `${prefix}-${writer}-${i}`;
      const appended = await ledger.append(note("x".repeat(1 + ((i * 37) % 400)), { id, subject: `writer/${writer}` }));
      if (appended.outcome === "written") say(`${appended.event.seq} ${id}`);
      else if ("cause" in appended) say(`! ${appended.outcome} ${appended.cause.message}`);
      if (appended.outcome !== "written") await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
} catch (error) {
  say(`! ${error instanceof Error ? error.message : String(error)}`);
  process.exit(7);
}
