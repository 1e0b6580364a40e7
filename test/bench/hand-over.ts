/*
 * Measures our own part of handing a message over: from the moment it was accepted until its bytes are on their way to the
 * tool. Claude Code and Codex at rest: from the message in the ledger to the request at the tool's model that carries it,
 * in turns with the same text given to the same process directly, through its own socket; the difference is ours. Claude
 * Code takes each message on a connection of its own, so there the bench listens in its place, passes on, and sees them
 * leave; to it both are one sender, of whom it drops what comes too fast, so there the bench does not hurry. Claude Code at
 * work: how much longer it takes from an answer of the model to the next request when a hook's answer brings a message
 * along. A script has no model: until its program has confirmed it, its own time included. Thirty messages each unless
 * another number is given.
 */
import { createHash } from "node:crypto";
import { rename } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Agent } from "../../src/contract/agent.ts";
import { Pace } from "../../src/services/claude/pace.ts";
import { sendToSocket } from "../../src/services/claude/socket.ts";
import { textInput } from "../../src/services/codex/protocol.ts";
import { connectRpc, type Rpc } from "../../src/services/codex/rpc.ts";
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

/** When the ledger got an event about a message, as `performance.now()` has it. */
async function moment(type: string, message: string): Promise<number> {
  for (const end = Date.now() + 30_000; Date.now() < end; await wait(20)) {
    for (const { data, at } of await client.call("event.list", { type, limit: 5_000 })) {
      const ids = Array.isArray(data["ids"]) ? data["ids"] : [data["id"]];
      if (ids.includes(message)) return Date.parse(at) - performance.timeOrigin;
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
        const arrived = await arrival(model, content);
        const accepted = await moment("message.sent", id);
        ours.push(arrived - accepted);
        if (leaving) left.push(leaving() - accepted);
      },
      async () => {
        const content = `WORD-${++words}-END`;
        const began = performance.now();
        await give(`<message>\n${content}\n</message>\nPlease take note of it, and answer if an answer helps.`);
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

/** The tool's own time scatters far more than ours takes: medians are compared, and single pairs only shown. */
function own(title: string, ours: readonly number[], theirs: readonly number[]): void {
  const over = quantile(ours, 0.5) - quantile(theirs, 0.5);
  report.add({ name: `${title}: our own time, p50`, unit: "ms", values: [over], most: OWN_MS });
}

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

/** From an answer that calls a tool to the request after it, with a message waiting and without. */
async function atWork(agent: Agent): Promise<void> {
  const model = quiet.modelOf(agent.name);
  if (!model) throw new Error(`${agent.name} has no model.`);
  const answers: { at: number; waiting: boolean; index: number }[] = [];
  for (let step = 0; step < 2 * count; step++)
    model.append(async (request) => {
      const waiting = step % 2 === 0;
      if (waiting) await send(agent.name);
      await wait(CALM_MS);
      answers.push({ at: performance.now(), waiting, index: request.index });
      return { call: "Bash", args: { command: "true", description: "a step" } };
    });
  await rest(agent.name);
  await send(agent.name);
  await model.until(() => answers.length === 2 * count && model.left === 0, 300_000);
  await rest(agent.name);
  const took = (wanted: boolean) =>
    answers
      .filter(({ waiting }) => waiting === wanted)
      .flatMap(({ at, index }) => {
        const next = model.turns.find((request) => request.index > index);
        return next ? [next.at - at] : [];
      });
  report.add({ name: "claude, at work: answer to request, with a message", unit: "ms", values: took(true) });
  report.add({ name: "claude, at work: answer to request, without", unit: "ms", values: took(false) });
  own("claude, at work", took(true), took(false));
}
await atWork(claude);

const script = await quiet.agent("sam");
const confirmed: number[] = [];
for (let round = 0; round < count; round++) {
  await rest(script.name);
  const { id } = await send(script.name);
  confirmed.push((await moment("message.handed", id)) - (await moment("message.sent", id)));
}
report.add({
  name: "script: sent until confirmed, its own time included",
  unit: "ms",
  values: confirmed,
  most: OWN_MS,
});

sender.close();
stop.abort();
report.end(json);

/** Listens in a tool's place and passes on what comes. `beyond`: where the tool itself listens now. */
async function tapped(path: string): Promise<{ beyond: string; last: () => number }> {
  const beyond = `${path}.tool`;
  let last = Number.NaN;
  await rename(path, beyond);
  const server = createServer((connection) => {
    const onwards = createConnection(beyond);
    connection.once("data", () => (last = performance.now()));
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
