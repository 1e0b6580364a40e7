/*
 * Measures how much longer an agent takes to be ready when Clustr starts it than when its tool is started by hand: from the
 * request until the tool's first request to its model (a script: until it says that it works), in turns with the same tool in a terminal
 * of the bench's own; nine times each unless another number is given. Then where the time goes, by the ledger, and how
 * long the command `clustr spawn` takes until it returns.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { EventRecord } from "../../src/contract/operations/events.ts";
import { bareTools } from "./rig/bare-tools.ts";
import { BUILT, quietClustr, type ServiceName } from "./rig/quiet.ts";
import { benchArguments, Report, timed } from "./rig/report.ts";

const { count: rounds, json } = benchArguments(9);
const report = new Report("Starting agents");
await using quiet = await quietClustr();
await using bare = await bareTools();
const { clustr } = quiet;

/** A moment of the ledger, not long past, as `performance.now()` has it: on some machines that and the clock drift apart. */
const moment = ({ at }: EventRecord) => Date.parse(at) - Date.now() + performance.now();

interface Start {
  /** Milliseconds from the request to each of these. */
  recorded: number;
  kept: number;
  ready: number;
}

let starts = 0;
async function start(service: ServiceName): Promise<Start> {
  const name = `${service}-${++starts}`;
  const seq = (await clustr.client.call("event.list", { limit: 5_000 })).at(-1)?.seq ?? 0;
  const began = performance.now();
  const agent = await quiet.agent(name, service);
  const events = await clustr.client.call("event.list", { after: seq, limit: 5_000 });
  const when = (wanted: (event: EventRecord) => boolean) => {
    const event = events.find(wanted);
    if (!event) throw new Error(`${name}: something is missing in the ledger.`);
    return moment(event) - began;
  };
  const model = quiet.modelOf(name);
  const ready =
    model === undefined
      ? when(({ type, data }) => type === "agent.status" && data["status"] === "running")
      : (await model.until(() => true)).at - began;
  const [recorded, kept] = [when(({ type }) => type === "agent.spawned"), when(({ type }) => type === "files.marked")];
  await clustr.client.call("agent.stop", { name: agent.name });
  await quiet.until(name, ({ live }) => !live);
  return { recorded, kept, ready };
}

for (const service of ["script", "claude", "codex"] as const) {
  // The first of each kind fills caches of the machine and of the tool.
  await start(service);
  await bare.start(service);
  const ours: Start[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const both = [async () => ours.push(await start(service)), async () => theirs.push(await bare.start(service))];
    for (const one of round % 2 === 0 ? both : both.reverse()) await one();
  }
  const ready = ours.map((one) => one.ready);
  report.paired(`${service}, by Clustr`, ready, { name: `${service}, by hand`, values: theirs });
  const over = ready.map((ms, round) => ms - (theirs[round] ?? Number.NaN));
  report.add({ name: `${service}: overhead`, unit: "ms", values: over });
  report.add({ name: `${service}: until it is recorded`, unit: "ms", values: ours.map(({ recorded }) => recorded) });
  const kept = ours.map((one) => one.kept - one.recorded);
  report.add({ name: `${service}: looking for the tool, and the snapshot`, unit: "ms", values: kept });
  const rest = ours.map((one) => one.ready - one.kept);
  report.add({ name: `${service}: files, terminal and tool`, unit: "ms", values: rest });
}

const commands: number[] = [];
const nothing: number[] = [];
for (let round = 0; round < rounds; round++) {
  const args = [BUILT.main, "spawn", `by-command-${round}`, "--service", "script", "--task", "[]"];
  const env = { ...process.env, HOME: `${quiet.place.path}/home`, CLUSTR_HOME: quiet.home };
  const run = promisify(execFile);
  commands.push(await timed(() => run(process.execPath, args, { cwd: quiet.folder, env })));
  nothing.push(await timed(() => run(process.execPath, ["-e", "0"], { cwd: quiet.folder, env })));
}
report.paired("the command clustr spawn", commands, { name: "an empty Node program", values: nothing });
report.end(json);
