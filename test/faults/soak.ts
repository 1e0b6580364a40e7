import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { checkEnded, checkRunning } from "./invariants.ts";
import { underLoad } from "./load.ts";
import { Random } from "./random.ts";
import { slopeOf, type Sample } from "./slope.ts";
import { fdsOf, hostPid, looksOf, probed, rssOf } from "./vitals.ts";
import { PROGRAMS, World } from "./world.ts";

/*
 * npm run soak -- [--minutes M] [--agents N] [--kills SECONDS] [--seed S] [--json] [--sources]
 *
 * Script agents talk to each other, write notes and edit files for a while, clients call, and the server is killed every so
 * often. Says what memory and descriptors did, and whether every promise held; exits with 1 when one did not.
 */

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    agents: { type: "string", default: "20" },
    kills: { type: "string", default: "60" },
    seed: { type: "string", default: `${Math.floor(Math.random() * 1_000_000)}` },
    json: { type: "boolean", default: false },
    sources: { type: "boolean", default: false },
  },
});

/** Part of the time after which what everything needs to work is there. */
const WARM = 0.3;
const SAMPLE_MS = 1_000;
/** MB and descriptors that the host may have more at the end than when it was warm; MB that a server may hold more. */
const HOST_MB = 40;
const HOST_FDS = 30;
const HEAP_MB = 40;
/**
 * About 29 kB: what the host keeps of each terminal is full before the time that counts begins, so that what it takes more
 * of after that is a leak.
 */
const PRINTS = "seq 1 6000";
/** What one server needs from its start until it answers, and then until all agents were heard again, is not counted, ms. */
const SETTLED_MS = 8_000;

/** One look from outside. */
interface Outside {
  at: number;
  server: number;
  host: number;
  serverFds: number;
  hostFds: number;
  /** Since the server was started, ms. */
  age: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const [minutes, count, every] = [Number(options.minutes), Number(options.agents), Number(options.kills)];
  if (!(minutes > 0) || !(count >= 2 && count <= 50) || !(every > 0)) {
    process.stderr.write("--minutes and --kills are positive numbers, --agents one from 2 to 50.\n");
    return 2;
  }
  say(`${minutes} minutes, ${count} agents, a kill every ${every} s, seed ${options.seed}`);
  const stop = new AbortController();
  const world = await World.make(options.sources ? PROGRAMS.sources : PROGRAMS.built, stop.signal);
  process.once("SIGINT", () => stop.abort());
  try {
    await soak(world, minutes * 60_000, count, every * 1_000);
    await checkRunning(world);
  } catch (error) {
    world.violate("run", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  await world.end();
  if (world.started) await checkEnded(world);
  const { acknowledged, unknown, faults, restarts } = world.figures;
  say(
    `${faults} kills, ${acknowledged} calls acknowledged, ${unknown} unknown, restarts at most ${Math.max(0, ...restarts)} ms`,
  );
  for (const note of world.notes) say(note);
  for (const { invariant, what } of world.violations) say(`${invariant}  ${what}`);
  if (options.json) {
    const { figures, notes, violations } = world;
    console.log(
      JSON.stringify({ minutes, agents: count, seed: options.seed, figures, notes, violations }, undefined, 2),
    );
  }
  if (world.violations.length === 0) await world.forget();
  else say(`kept: ${world.folder}`);
  say(world.violations.length === 0 ? "every promise held" : `${world.violations.length} violations`);
  stop.abort();
  return world.violations.length === 0 ? 0 : 1;
}

async function soak(world: World, ms: number, count: number, every: number): Promise<void> {
  const random = new Random(Number(options.seed));
  await world.start(probed(world));
  const host = await hostPid(world);
  const load = await underLoad(world, random, { clients: 2, pace: 5, agents: false });
  const names = Array.from({ length: count }, (_, i) => `agent-${nameOf(i)}`);
  for (const [i, name] of names.entries()) {
    const task = taskOf(name, names[(i + 1) % count] ?? "");
    const asked = { name, service: "script", autonomy: "full" as const, task };
    await world.clustr.client.call("agent.spawn", asked, { timeoutMs: 60_000 });
  }
  const began = Date.now();
  const looks: Outside[] = [];
  let started = began;
  const clock = setInterval(() => {
    const { pid } = world.clustr;
    const at = Date.now();
    const look = {
      at,
      server: rssOf(pid),
      host: rssOf(host),
      serverFds: fdsOf(pid),
      hostFds: fdsOf(host),
      age: at - started,
    };
    if (look.server > 0) looks.push(look);
  }, SAMPLE_MS);
  try {
    while (Date.now() - began < ms && !world.signal.aborted) {
      await pause(Math.min(every, Math.max(0, ms - (Date.now() - began))));
      if (Date.now() - began >= ms) break;
      await world.kill();
      await world.restart();
      started = Date.now();
    }
  } finally {
    clearInterval(clock);
  }
  await load.stop();
  for (const name of names) await world.clustr.client.call("agent.stop", { name }, { timeoutMs: 60_000 });
  judge(world, looks, began + ms * WARM);
}

/** Talks to the next one, writes a note, edits a file, runs a command; over and over. */
function taskOf(name: string, next: string): string {
  const round = [
    { call: "send_message", with: { to: next, content: `from ${name}: ${"word ".repeat(30)}` } },
    { call: "write_context", with: { key: `note/${name}`, value: "what is so ".repeat(40) } },
    { call: "read_context", with: { key: `note/${next}` } },
    { append: `${name}.txt`, text: "one line more\n" },
    { run: PRINTS, may_fail: true },
    { sleep: 2 },
  ];
  // Notes of the next one are not there at first; nobody else's failure ends the work.
  return JSON.stringify({ steps: [{ sleep: 1 }, { repeat: 1_000_000, steps: round }], on_message: [] });
}

/** Letters only: names with digits may be refused as too like each other. */
function nameOf(i: number): string {
  return String.fromCharCode(97 + Math.floor(i / 26)) + String.fromCharCode(97 + (i % 26));
}

function judge(world: World, looks: readonly Outside[], from: number): void {
  const warm = looks.filter(({ at }) => at >= from);
  const settled = warm.filter(({ age }) => age >= SETTLED_MS);
  const of = (all: readonly Outside[], value: (look: Outside) => number): Sample[] =>
    all.map((look) => ({ at: look.at, value: value(look) }));
  const host = of(warm, (look) => look.host);
  const hostFds = of(warm, (look) => look.hostFds);
  const server = of(settled, (look) => look.server);
  const own = looksOf(world).filter(({ at }) => at >= from);
  const heap = own.filter(({ live }) => live).map(({ at, heap: bytes }) => ({ at, value: bytes / 2 ** 20 }));
  const grown = (samples: readonly Sample[]) => mean(samples.slice(-10)) - mean(samples.slice(0, 10));
  world.say(`host      ${range(host)} MB, ${slopeOf(host).toFixed(0)} MB/h; ${range(hostFds)} descriptors`);
  world.say(
    `server    ${range(server)} MB, ${slopeOf(server).toFixed(0)} MB/h; ${range(of(settled, (look) => look.serverFds))} descriptors`,
  );
  world.say(`heap      ${range(heap)} MB after collection, ${slopeOf(heap).toFixed(0)} MB/h`);
  const held = own.map(({ held: ms }) => ms).toSorted((a, b) => a - b);
  const handles = own.map(({ at, handles: open }) => ({ at, value: open }));
  world.say(
    `loop      held up at most ${(held.at(-1) ?? 0).toFixed(0)} ms, in half of all seconds ${(held[held.length >> 1] ?? 0).toFixed(0)} ms; ${range(handles)} handles`,
  );
  world.expect("soak", grown(host) < HOST_MB, `the host takes ${grown(host).toFixed(0)} MB more than when it was warm`);
  world.expect("soak", grown(hostFds) < HOST_FDS, `the host has ${grown(hostFds).toFixed(0)} descriptors more`);
  world.expect(
    "soak",
    grown(heap) < HEAP_MB,
    `the server holds ${grown(heap).toFixed(0)} MB more than when it was warm`,
  );
}

function mean(samples: readonly Sample[]): number {
  return samples.reduce((sum, { value }) => sum + value, 0) / Math.max(1, samples.length);
}

function range(samples: readonly Sample[]): string {
  const values = samples.map(({ value }) => value);
  return values.length === 0 ? "no samples" : `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
}

/** For people; with --json, standard output is for the machine. */
function say(line: string): void {
  (options.json ? process.stderr : process.stdout).write(`${line}\n`);
}
