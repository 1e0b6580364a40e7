/*
 * A process that copies a terminal's output to a file until it is killed: `node terminal-follower.ts OPTIONS ID FILE`. Begins
 * where the file ends, so that it can be started again and again. Prints "done" when the program has ended.
 */
import { openSync, statSync, writeSync } from "node:fs";
import { connectTerminalHost } from "../../src/terminal/client.ts";

const [options = "{}", id = "", file = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const host = await connectTerminalHost({
  ...(JSON.parse(options) as Parameters<typeof connectTerminalHost>[0]),
  signal,
  log: () => {},
});
const out = openSync(file, "a");
for await (const chunk of host.follow(id, statSync(file).size, signal)) {
  if (chunk.type === "bytes") for (let at = 0; at < chunk.bytes.length;) at += writeSync(out, chunk.bytes, at);
  if (chunk.type === "gap") throw new Error(`output was dropped before ${chunk.offset}`);
}
console.log("done");
process.exit(0);
