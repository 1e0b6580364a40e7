/*
 * Measures a tool call of an agent, from its program through the agents' door and the server and back: one that only
 * reads, a message, and a shared note, the latter two durable when they are answered. In turns with the same call of a bare
 * MCP server on the same SDK and transport; by 1, 4 and 16 callers at once, or other numbers up to one that is given.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { quietClustr } from "./rig/quiet.ts";
import { McpCaller } from "./rig/mcp-caller.ts";
import { benchArguments, quantile, Report } from "./rig/report.ts";

const { count: most, json } = benchArguments(16);
/** In each round so many calls, divided among the callers; the first round warms up and does not count. */
const CALLS = 96;
const ROUNDS = 7;
const NOTE = "The parser keeps its interface; tests of the store move to a folder of their own.";

const report = new Report("Tool calls");

/** One way to call: ours, and how it is named. */
const KINDS = [
  { title: "reading a note", tool: "read_context", args: () => ({ key: "plan" }) },
  { title: "sending a message", tool: "send_message", args: () => ({ to: "human", content: NOTE }) },
  {
    title: "writing a note",
    tool: "write_context",
    args: (caller: number) => ({ key: `note-${caller}`, value: NOTE }),
  },
];

/** Milliseconds of each call, all callers at once. */
async function timesOf(callers: readonly McpCaller[], tool: string, args: (caller: number) => object) {
  const times: number[] = [];
  await Promise.all(
    callers.map(async (caller, at) => {
      for (let i = 0; i < CALLS / callers.length; i++) {
        const began = performance.now();
        await caller.call(tool, { ...args(at) });
        times.push(performance.now() - began);
      }
    }),
  );
  return times;
}

await using quiet = await quietClustr();
const agents = [];
for (let at = 0; at < most; at++) agents.push(await quiet.access(await quiet.agent(`caller-${at}`)));
const callers = agents.map((access) => new McpCaller(access));
const [first] = callers;
if (!first) throw new Error("Nobody to call.");
await first.call("write_context", { key: "plan", value: NOTE });
// The bare server answers as much text as reading does.
const text = await first.call("read_context", { key: "plan" });
const bareServer = spawn(process.execPath, [fileURLToPath(new URL("rig/bare-mcp.ts", import.meta.url)), text], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [url] = (await once(createInterface({ input: bareServer.stdout }), "line")) as [string];
  const bare = callers.map(() => new McpCaller({ url, token: "none" }));
  for (const many of new Set([1, 4, 16, most].filter((each) => each <= most))) {
    const beside = `${many} at once`;
    for (const { title, tool, args } of KINDS) {
      const ours: number[][] = [];
      const theirs: number[][] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const both = [
          async () => ours.push(await timesOf(callers.slice(0, many), tool, args)),
          async () => theirs.push(await timesOf(bare.slice(0, many), "bare", args)),
        ];
        for (const one of round % 2 === 0 ? both : both.reverse()) await one();
      }
      const medians = (rounds: number[][]) => rounds.slice(1).map((times) => quantile(times, 0.5));
      const over = medians(ours).map((ms, round) => ms - (medians(theirs)[round] ?? Number.NaN));
      const name = `${title}, ${beside}`;
      report.add({ name, unit: "ms", values: medians(ours) });
      report.add({ name: `${name}: bare`, unit: "ms", values: medians(theirs) });
      // What waits for its turn behind fifteen others is no cost of its own: that is shown, and promised for a few.
      report.add({ name: `${name}: over bare`, unit: "ms", values: over, ...(many <= 4 ? { most: 5 } : {}) });
      report.add({ name: `${name}: p99`, unit: "ms", values: [quantile(ours.slice(1).flat(), 0.99)] });
      report.add({ name: `${name}: bare, p99`, unit: "ms", values: [quantile(theirs.slice(1).flat(), 0.99)] });
    }
  }
  for (const caller of [...callers, ...bare]) caller.close();
  report.end(json);
} finally {
  bareServer.kill();
}
