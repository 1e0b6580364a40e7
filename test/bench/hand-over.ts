/*
 * Measures our own part of handing a message over: from the moment it was accepted until its bytes are on their way to the
 * tool. Claude Code and Codex at rest: from the message in the ledger to the request at the tool's model that carries it,
 * in turns with the same text given to the same process directly, through its own socket; the difference is ours. Claude
 * Code takes each message on a connection of its own, so there the bench listens in its place, passes on, and sees them
 * leave; to it both are one sender, of whom it drops what comes too fast, so there the bench does not hurry. Claude Code at
 * work: how much longer it takes from an answer of the model to the next request when our hook's answer brings a message
 * along than when a hook beside ours brings the same text. A script has no model: until its program has it, whose part the bench plays; and until the program itself has read
 * and confirmed it. Thirty messages each unless another number is given.
 */
import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Agent } from "../../src/contract/agent.ts";
import { Pace } from "../../src/services/claude/pace.ts";
import { sendToSocket } from "../../src/services/claude/socket.ts";
import { textInput } from "../../src/services/codex/protocol.ts";
import { connectRpc, type Rpc } from "../../src/services/codex/rpc.ts";
import { processesOf } from "../gate/processes.ts";
import { textOf, type ScriptedModel } from "../rig/script.ts";
import { McpCaller } from "./rig/mcp-caller.ts";
import { quietClustr } from "./rig/quiet.ts";
import { benchArguments, quantile, Report } from "./rig/report.ts";

const { count, json } = benchArguments(30);
/** After an agent has come to rest, so long nothing happens: what it still does then is its own. */
const CALM_MS = 250;
const OWN_MS = 10;

const report = new Report("Handing messages over");
await using quiet = await quietClustr();
const { client } = quiet.clustr;
const sender = new McpCaller(await quiet.access(await quiet.agent("sender")));
const stop = new AbortController();
let words = 0;

/** Sends a message as an agent does. */
async function send(to: string): Promise<{ content: string; id: string }> {
  const content = `WORD-${++words}-END`;
  const { id } = JSON.parse(await sender.call("send_message", { to, content })) as { id: string };
  return { content, id };
}

/** When the ledger got an event about a message, by the clock. */
async function moment(type: string, message: string): Promise<number> {
  for (const end = Date.now() + 30_000; Date.now() < end; await wait(20)) {
    for (const { data, at } of await client.call("event.list", { type, limit: 5_000 })) {
      const ids = Array.isArray(data["ids"]) ? data["ids"] : [data["id"]];
      if (ids.includes(message)) return Date.parse(at);
    }
  }
  throw new Error(`The ledger never had ${type} of ${message}.`);
}

async function rest(name: string): Promise<void> {
  await quiet.until(name, ({ outcome }) => outcome === "finished");
  await wait(CALM_MS);
}

const arrival = async (model: ScriptedModel, content: string) =>
  (await model.until((request) => textOf(request).includes(content), 30_000)).at;

/** A moment just past, as `performance.now()` had it, by the clock. Asked for at once: on some machines the two drift apart. */
const byClock = (at: number) => at - performance.now() + Date.now();

/**
 * Ours and the tool alone, in turns, at rest. `give` hands a text to the tool directly; `pace`: what the tool takes in some
 * time; `leaving`: when bytes left for it last, where that can be seen.
 */
async function atRest(
  title: string,
  agent: Agent,
  give: (text: string) => Promise<unknown>,
  { pace, leaving }: { pace?: Pace; leaving?: () => number } = {},
): Promise<void> {
  const model = quiet.modelOf(agent.name);
  if (!model) throw new Error(`${agent.name} has no model.`);
  const ours: number[] = [];
  const theirs: number[] = [];
  const left: number[] = [];
  for (let round = 0; round < count; round++) {
    const both = [
      async () => {
        const { content, id } = await send(agent.name);
        const arrived = byClock(await arrival(model, content));
        const accepted = await moment("message.sent", id);
        ours.push(arrived - accepted);
        if (leaving) left.push(leaving() - accepted);
      },
      async () => {
        const content = `WORD-${++words}-END`;
        const began = performance.now();
        await give(directly(content));
        theirs.push((await arrival(model, content)) - began);
      },
    ];
    for (const one of round % 2 === 0 ? both : both.reverse()) {
      await rest(agent.name);
      while (pace?.take() === false) await wait(CALM_MS);
      await one();
    }
  }
  report.add({ name: `${title}: sent to model request`, unit: "ms", values: ours });
  report.add({ name: `${title}: the same text given directly`, unit: "ms", values: theirs });
  if (leaving) report.add({ name: `${title}: our own time`, unit: "ms", values: left, most: OWN_MS });
  else own(title, ours, theirs);
}

/** What a message is for a tool that has it from elsewhere. */
function directly(content: string): string {
  return `<message>\n${content}\n</message>\nPlease take note of it, and answer if an answer helps.`;
}

/** The tool's own time scatters far more than ours takes: medians are compared, and single pairs only shown. */
function own(title: string, ours: readonly number[], theirs: readonly number[]): void {
  const over = quantile(ours, 0.5) - quantile(theirs, 0.5);
  report.add({ name: `${title}: our own time, p50`, unit: "ms", values: [over], most: OWN_MS });
}

const beside = await hookBeside();
const claude = await quiet.agent("cleo", "claude");
const claudeSocket = socketOf(claude, `${named(`${claude.id} ${claude.run}`)}.sock`);
const tap = await tapped(claudeSocket);
await atRest("claude, at rest", claude, (text) => sendToSocket(tap.beyond, text), {
  pace: new Pace(() => performance.now()),
  leaving: tap.last,
});

const codex = await quiet.agent("cora", "codex");
const rpc: Rpc = await connectRpc(
  socketOf(codex, `cx-${named(`${codex.id}.${codex.run}`)}`),
  { notice: () => {}, question: () => {}, trouble: () => {} },
  stop.signal,
);
await atRest("codex, at rest", codex, (text) =>
  rpc.call("turn/start", {
    threadId: codex.session ?? "",
    clientUserMessageId: `bench-${words}`,
    input: [textInput(text)],
  }),
);

/** From an answer that calls a tool to the request after it, with a message waiting and with the same text from the hook beside. */
async function atWork(agent: Agent): Promise<void> {
  const model = quiet.modelOf(agent.name);
  if (!model) throw new Error(`${agent.name} has no model.`);
  const answers: { at: number; ours: boolean; index: number }[] = [];
  for (let step = 0; step < 2 * count; step++)
    model.append(async (request) => {
      const ours = step % 2 === 0;
      if (ours) await send(agent.name);
      else beside.say = directly(`WORD-${++words}-END`);
      await wait(CALM_MS);
      answers.push({ at: performance.now(), ours, index: request.index });
      return { call: "Bash", args: { command: "true", description: "a step" } };
    });
  await rest(agent.name);
  await send(agent.name);
  await model.until(() => answers.length === 2 * count && model.left === 0, 300_000);
  await rest(agent.name);
  const took = (wanted: boolean) =>
    answers
      .filter(({ ours }) => ours === wanted)
      .flatMap(({ at, index }) => {
        const next = model.turns.find((request) => request.index > index);
        return next ? [next.at - at] : [];
      });
  report.add({ name: "claude, at work: answer to request, with a message", unit: "ms", values: took(true) });
  report.add({ name: "claude, at work: the same text by a hook beside", unit: "ms", values: took(false) });
  own("claude, at work", took(true), took(false));
}
await atWork(claude);

/** A script's program asks for its next message and is answered when there is one. */
async function toScript(agent: Agent): Promise<void> {
  const confirmed: number[] = [];
  for (let round = 0; round < count; round++) {
    await rest(agent.name);
    const { id } = await send(agent.name);
    confirmed.push((await moment("message.handed", id)) - (await moment("message.sent", id)));
  }
  const [program] = await processesOf(
    join(quiet.home, "workspaces", quiet.clustr.ready.workspace, "runs", `${agent.id}.${agent.run}`),
  );
  if (!program) throw new Error(`${agent.name} has no program.`);
  process.kill(program.pid, "SIGSTOP");
  const caller = new McpCaller(await quiet.access(agent));
  const got: string[] = [];
  const arrived: number[] = [];
  while (arrived.length < count) {
    const asked = caller.post("/hooks/next-message", { got });
    await wait(CALM_MS);
    const { id } = await send(agent.name);
    const { at, text } = await asked;
    if (!text.includes(id)) throw new Error(`The script was given something else: ${text}`);
    got.push(id);
    arrived.push(byClock(at) - (await moment("message.sent", id)));
  }
  process.kill(program.pid, "SIGCONT");
  caller.close();
  report.add({ name: "script: our own time", unit: "ms", values: arrived, most: OWN_MS });
  report.add({ name: "script: sent until read and confirmed by its program", unit: "ms", values: confirmed });
}
await toScript(await quiet.agent("sam"));

sender.close();
stop.abort();
report.end(json);

/** A hook of the person's own, after every call of a tool of Claude Code: it tells the model what is to be said, once. */
async function hookBeside(): Promise<{ say: string | undefined }> {
  const hook: { say: string | undefined } = { say: undefined };
  const server = createHttpServer((request, response) => {
    const additionalContext = hook.say;
    hook.say = undefined;
    const told = additionalContext && { hookSpecificOutput: { hookEventName: "PostToolBatch", additionalContext } };
    request.resume().on("end", () => response.end(JSON.stringify(told ?? {})));
  });
  stop.signal.addEventListener("abort", () => server.close().closeAllConnections(), { once: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const folder = join(quiet.place.path, "home", ".claude");
  await mkdir(folder, { recursive: true });
  const hooks = { PostToolBatch: [{ hooks: [{ type: "http", url }] }] };
  await writeFile(join(folder, "settings.json"), JSON.stringify({ hooks }));
  return hook;
}

/** Listens in a tool's place and passes on what comes. `beyond`: where the tool itself listens now. */
async function tapped(path: string): Promise<{ beyond: string; last: () => number }> {
  const beyond = `${path}.tool`;
  let last = Number.NaN;
  await rename(path, beyond);
  const server = createServer((connection) => {
    const onwards = createConnection(beyond);
    connection.once("data", () => (last = Date.now()));
    pipeline(connection, onwards, connection).catch(() => undefined);
  });
  stop.signal.addEventListener("abort", () => server.close(), { once: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { beyond, last: () => last };
}

function socketOf({ id, run }: Agent, name: string): string {
  return join(quiet.home, "run", `${id}.${run}`, name);
}

/** The services name the sockets of a run by its digest. */
function named(run: string): string {
  return createHash("sha256").update(run).digest("hex").slice(0, 10);
}
