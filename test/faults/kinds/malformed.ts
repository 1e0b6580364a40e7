import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { readHosts } from "../../../src/terminal/generation.ts";
import { UPGRADE } from "../../server/raw.ts";
import { underLoad } from "../load.ts";
import { linkFrames, socketFrames } from "../malformed/frames.ts";
import { apiRequests, hookRequests, mcpRequests, rawRequests, type Aim } from "../malformed/requests.ts";
import { ask, each, tell, type Target } from "../malformed/send.ts";
import { watchPulse } from "../pulse.ts";
import type { Random } from "../random.ts";
import { fdsOf, hostPid, looksOf, probed, rssOf } from "../vitals.ts";
import type { World } from "../world.ts";

export const name = "malformed";

/** Cases of each sort in one run, 6 000 in all; a million are 167 runs. */
const CASES = { api: 1_500, raw: 750, mcp: 1_250, hooks: 750, socket: 1_000, link: 750 };
/** How long the answer to what may be unfinished is waited for, ms. */
const UNFINISHED_MS = 200;
/** MB the server may hold more at the end than early, and MB the host may take more. */
const HEAP_MB = 16;
const HOST_MB = 60;
/** Descriptors that may be open more than before. */
const FDS = 20;

/** Requests, frames and bodies that no client of ours would send, at every socket there is. */
export async function run(world: World, random: Random): Promise<void> {
  await world.start(probed(world));
  const load = await underLoad(world, random.fork(), { clients: 2, pace: 10, agents: false });
  const { clustr } = world;
  const { workspace, pid, url } = clustr.ready;
  const host = await hostPid(world);
  const [record] = await readHosts(world.home);
  const listener = (await clustr.client.call("agent.list", {})).find((agent) => agent.name === "listener");
  const guest = await clustr.client.call("token.create", { name: "guest" });
  const person: Aim = { port: Number(new URL(url).port), token: clustr.token, workspace };
  const agent: Aim = { port: Number(new URL(guest.url).port), token: guest.token, workspace };
  if (!record || !listener) throw new Error("The host or the listener is missing.");
  const fdsBefore = [fdsOf(pid), fdsOf(host)];
  const answers = new Map<string, number>();
  const inside: string[] = [];

  const sample = <T>(all: fc.Arbitrary<T>, count: number): T[] =>
    fc.sample(all, { seed: random.below(2 ** 31), numRuns: count });
  const sendAll = (to: Target, requests: Buffer[], patience = 2_000): Promise<void> =>
    each(requests, 24, async (bytes) => {
      const answer = await ask(to, bytes, patience);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? (answer === "" ? "closed" : "not HTTP");
      answers.set(status, (answers.get(status) ?? 0) + 1);
      world.expect("malformed", status !== "not HTTP", `${shown(bytes)} was answered with ${answer.slice(0, 80)}`);
      if (status === "500" || answer.includes("failed inside")) inside.push(`${shown(bytes)} → ${answer}`);
    });
  const upgrade = Buffer.from(
    [`GET /ws HTTP/1.1`, `Host: 127.0.0.1:${person.port}`, `Authorization: Bearer ${person.token}`, ...UPGRADE]
      .map((line) => `${line}\r\n`)
      .join("") + "\r\n",
  );
  const part = async (share: number): Promise<void> => {
    const of = (count: number): number => Math.ceil(count * share);
    await Promise.all([
      sendAll(person.port, sample(apiRequests(person), of(CASES.api / 2))),
      sendAll(agent.port, sample(apiRequests(agent), of(CASES.api / 2))),
      sendAll(person.port, sample(rawRequests(person), of(CASES.raw / 3)), UNFINISHED_MS),
      sendAll(agent.port, sample(rawRequests(agent), of(CASES.raw / 3)), UNFINISHED_MS),
      sendAll(record.doorTarget, sample(rawRequests(agent), of(CASES.raw / 3)), UNFINISHED_MS),
    ]);
    await Promise.all([
      sendAll(agent.port, sample(mcpRequests(agent), of(CASES.mcp / 2))),
      sendAll(record.doorTarget, sample(mcpRequests(agent), of(CASES.mcp / 2))),
      sendAll(agent.port, sample(hookRequests(agent), of(CASES.hooks))),
    ]);
    const frames = sample(
      fc.array(socketFrames(workspace, "listener"), { minLength: 3, maxLength: 3 }),
      of(CASES.socket / 3),
    );
    const links = sample(linkFrames(`${listener.id}.${listener.run}`), of(CASES.link));
    await Promise.all([
      each(frames, 12, (some) => tell(person.port, upgrade, "101 Switching", Buffer.concat(some), 20)),
      each(links, 12, (bytes) => tell(record.socket, Buffer.alloc(0), "", bytes, 5)),
    ]);
  };

  const pulse = watchPulse(world);
  await part(0.25);
  const hostEarly = rssOf(host);
  await part(0.75);
  const slowest = await pulse.within(1_000);
  world.figures.faults += Object.values(CASES).reduce((sum, count) => sum + count, 0);
  await load.stop();

  await pause(1_000);
  world.expect("malformed", rssOf(pid) > 0 && clustr.ready.pid === pid, "the server has ended");
  world.expect("malformed", rssOf(host) > 0, "the terminal host has ended");
  const heaps = looksOf(world).filter(({ live }) => live).map(({ heap }) => heap / 2 ** 20); // prettier-ignore
  const held = (heaps.at(-1) ?? 0) - (heaps[1] ?? heaps[0] ?? 0);
  world.expect("malformed", held < HEAP_MB, `the server holds ${held.toFixed(0)} MB more than early`);
  const taken = rssOf(host) - hostEarly;
  world.expect("malformed", taken < HOST_MB, `the host takes ${taken.toFixed(0)} MB more than early`);
  const more = [fdsOf(pid), fdsOf(host)].map((fds, i) => fds - (fdsBefore[i] ?? 0));
  world.expect("malformed", more.every((each) => each < FDS), `descriptors more than before: ${more.join(", ")}`); // prettier-ignore
  world.say(
    `server holds ${heaps.map((mb) => mb.toFixed(0)).join(", ")} MB, host takes ${rssOf(host).toFixed(0)} MB (${taken.toFixed(0)} more), descriptors ${more.join(", ")} more`,
  );
  world.say(`answers ${JSON.stringify(Object.fromEntries(answers))}, slowest GET /api ${slowest.toFixed(0)} ms`);
  const log = await readFile(join(world.home, "server.log"), "utf8");
  for (const one of inside) {
    const id = /details under (\w+)/.exec(one)?.[1];
    world.expect(
      "malformed",
      id !== undefined && log.includes(id),
      `failed inside without a trace: ${one.slice(0, 600)}`,
    );
  }
  if (inside.length > 0) world.say(`${inside.length} failed inside, e.g. ${inside[0]?.slice(0, 300)}`);
}

function shown(bytes: Buffer): string {
  return JSON.stringify(bytes.toString("latin1").slice(0, 400)).replaceAll(/Bearer \S+/g, "Bearer …");
}
