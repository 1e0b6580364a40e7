import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { Client } from "../client/client.ts";
import { nameOf } from "../contract/actor.ts";
import type { Agent, Autonomy } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import { script } from "../services/script/script.ts";
import { openBrowser } from "./browser.ts";
import type { Cli } from "./cli.ts";
import { commonOf, withCommon } from "./connect.ts";
import { note, print, printJson } from "./io.ts";
import { pause } from "./pause.ts";
import { resetSample } from "./sample.ts";
import { homeOf } from "./server-file.ts";
import { firstLine, styleOf, type Style } from "./show/style.ts";
import { serve, type Served } from "./start.ts";

/** Those who play to an end by themselves; each follows `demo/<name>.json` of the sample project. */
const CAST = ["ada", "ben", "cleo"];
/** And those for whoever stays to watch: one asks a question, one fails, one asks for every step, one goes on for minutes. */
const GUESTS: { name: string; autonomy: Autonomy }[] = [
  { name: "dora", autonomy: "auto" },
  { name: "egon", autonomy: "auto" },
  { name: "finn", autonomy: "ask" },
  { name: "gwen", autonomy: "auto" },
];
const NAMES = [...CAST, ...GUESTS.map(({ name }) => name)];
const LIMIT_MS = 90_000;
const LOOK_MS = 200;
const PAGE = 500;

/** `clustr demo`: script agents at work, in the dashboard or told line by line. */
export function demoCommand(program: Command, cli: Cli): void {
  const command = withCommon(program.command("demo"))
    .description("Watch scripted agents work together on a sample project; needs no account and no network")
    .helpGroup("Beginning:")
    .option("--brief", "Only play three of them here, and end; so it is anyway without a terminal, and with --json")
    .option("--no-open", "Do not open the dashboard in a browser")
    .option("--port <n>", "Port for the server, when none runs yet; any free one unless given")
    .action(async () => {
      const { json } = commonOf(command);
      const options = command.opts<{ port?: string; brief?: boolean; open: boolean }>();
      const port = Number(options.port ?? 0);
      if (!Number.isInteger(port) || port < 0 || port > 65_535)
        throw new ClustrError("invalid", "--port takes a number from 0 to 65535.");
      const stay = !options.brief && !json && cli.io.stdout.isTTY === true;
      await demo(cli, port, { json, stay, open: options.open });
    });
}

/** `stay`: for somebody who watches, in a browser too, until Ctrl-C. */
interface Way {
  json: boolean;
  stay: boolean;
  open: boolean;
}

/** Plays the demonstration to its end. @throws ClustrError when an agent did not finish that should have. */
async function demo(cli: Cli, port: number, way: Way): Promise<void> {
  const { io } = cli;
  const folder = join(homeOf(io), "demo");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // The server in this process must outlive Ctrl-C for as long as it takes to end the agents.
  const server = new AbortController();
  await serve({ ...cli, io: { ...io, signal: server.signal } }, folder, port, async (served) => {
    try {
      await play(cli, served, folder, way);
    } finally {
      await leave(served).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        note(io, `The demo's agents could not all be ended: ${why} "clustr shutdown" ends everything.`);
      });
      server.abort();
    }
  });
}

async function play(
  cli: Cli,
  { client, login, joined }: Served,
  folder: string,
  { json, stay, open }: Way,
): Promise<void> {
  const { io } = cli;
  const style = styleOf(io);
  const began = performance.now();
  // In a server of our own nobody else plays: what still runs is left from a demo that was killed.
  if (joined && (await castOf(client)).some(({ live, status }) => live && status !== "done")) {
    throw new ClustrError(
      "conflict",
      "A demo is being played already; it goes on. Watch it in its own window, or wait until it is over.",
    );
  }
  await tidy(client);
  await resetSample(folder);
  const feed = await createFeed(client, io.signal);
  if (!json)
    print(
      io,
      `${style.paint("bold", "The Paper Lantern")}  scripted agents, one small project  ${style.paint("dim", folder)}\n`,
    );
  if (stay) {
    print(io, `  ${login}\n\n${style.paint("dim", "Two of them will wait for you there. Ctrl-C ends the demo.")}\n`);
    if (open) await openBrowser(io, login);
  }
  const cast = CAST.map((name): { name: string; autonomy: Autonomy } => ({ name, autonomy: "auto" }));
  for (const { name, autonomy } of stay ? [...cast, ...GUESTS] : cast) {
    const asked = { name, autonomy, task: `demo/${name}.json`, service: script.id };
    await client.call("agent.spawn", asked, { signal: io.signal });
  }

  const shown: Event[] = [];
  const show = async (): Promise<void> => {
    const events = await feed();
    // Whoever stays for hours needs no more of the past than the names.
    shown.push(...(stay ? events.filter(({ type }) => type === "agent.spawned") : events));
    if (!json) for (const event of events) io.stdout.write(lineOf(event, shown, style));
  };
  while (stay) {
    await show();
    await pause(LOOK_MS, io.signal);
  }
  for (;;) {
    await show();
    const agents = await castOf(client);
    if (agents.length === CAST.length && agents.every(({ status }) => status === "done")) {
      // What was recorded between the two looks.
      await show();
      return conclude(cli, agents, shown, folder, json, performance.now() - began);
    }
    if (performance.now() - began > LIMIT_MS) {
      const waiting = agents
        .filter(({ status }) => status !== "done")
        .map(({ name, activity }) => `${name} (${activity ?? "starting"})`);
      throw new ClustrError(
        "unavailable",
        `The demo was not over after ${LIMIT_MS / 1000} s; its agents are ended. Still at work: ${waiting.join(", ")}.`,
      );
    }
    await pause(LOOK_MS, io.signal);
  }
}

function conclude({ io }: Cli, agents: Agent[], events: Event[], folder: string, json: boolean, ms: number): void {
  const failed = agents.filter(({ outcome }) => outcome !== "finished");
  const count = (type: Event["type"]): number => events.filter((event) => event.type === type).length;
  const summary = {
    finished: failed.length === 0,
    agents: agents.map(({ name, status, outcome, reason }) => ({ name, status, outcome, reason })),
    messages: count("message.sent"),
    notes: count("context.written"),
    seconds: Math.round(ms / 100) / 10,
    folder,
  };
  if (json) printJson(io, summary);
  if (failed.length > 0)
    throw new ClustrError(
      "internal",
      `The demo went wrong: ${failed.map(({ name, reason, outcome }) => `${name} ${reason ?? outcome ?? ""}`).join("; ")}`,
    );
  if (!json)
    print(
      io,
      `\nDone in ${summary.seconds} s: ${summary.messages} messages, ${summary.notes} shared notes, three files changed.\nSee what they did:  git -C ${folder} diff\nTry it with your own project:  clustr FOLDER`,
    );
}

/** Reads the ledger from here on: each call gives what is new. */
async function createFeed(client: Client, signal: AbortSignal): Promise<() => Promise<Event[]>> {
  let after = 0;
  const read = async (): Promise<Event[]> => {
    const found: Event[] = [];
    for (;;) {
      const page = (await client.call("event.list", { after, limit: PAGE }, { signal })) as unknown as Event[];
      found.push(...page);
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) return found;
    }
  };
  await read();
  return read;
}

/** One event as a line, or nothing when a spectator does not care. `before` has the events that name the agents. */
function lineOf(event: Event, before: Event[], style: Style): string {
  const actor = nameOf(event.actor);
  const line = (mark: string, who: string, text: string): string =>
    `  ${mark} ${style.paint("bold", who.padEnd(5))} ${text}\n`;
  switch (event.type) {
    case "agent.spawned":
      return line(style.paint("green", "+"), event.data.agent.name, "joins");
    case "agent.announced":
      return line(style.paint("dim", "·"), actor, `works on ${firstLine(event.data.working_on)}`);
    case "message.sent":
      return line(style.paint("blue", "✉"), actor, `→ ${event.data.to}: ${firstLine(event.data.content)}`);
    case "context.written":
      return line(style.paint("yellow", "✎"), actor, `notes ${event.data.key} = ${firstLine(event.data.value)}`);
    case "agent.attention": {
      const { id, item } = event.data;
      return item ? line(style.paint("yellow", "?"), nameIn(before, id), firstLine(item.title)) : "";
    }
    case "agent.status": {
      const { id, status, outcome, reason } = event.data;
      if (status !== "done") return "";
      const name = nameIn(before, id);
      return outcome === "finished"
        ? line(style.paint("green", "✓"), name, "is done")
        : line(style.paint("red", "✕"), name, firstLine(reason ?? outcome ?? ""));
    }
    default:
      return "";
  }
}

function nameIn(events: Event[], id: string): string {
  const spawned = events.find((each) => each.type === "agent.spawned" && each.data.agent.id === id);
  return spawned?.type === "agent.spawned" ? spawned.data.agent.name : "";
}

/** The demo's agents as they are now. */
async function castOf(client: Client): Promise<Agent[]> {
  return (await client.call("agent.list", {})).filter(({ name }) => NAMES.includes(name));
}

/** Removes what an earlier demo left, so that the names are free. */
async function tidy(client: Client): Promise<void> {
  for (const agent of await castOf(client)) {
    if (agent.live) await client.call("agent.stop", { name: agent.name });
    await client.call("agent.remove", { name: agent.name });
  }
}

/** Ends the demo's agents, and the server if it was started for them. Agents of other workspaces go on. */
async function leave({ client, joined }: Served): Promise<void> {
  for (const { name, live } of await castOf(client)) if (live) await client.call("agent.stop", { name });
  if (joined) return;
  const workspaces = await client.call("workspace.list", {});
  const agents = await Promise.all(workspaces.map(({ id }) => client.in(id).call("agent.list", {})));
  await client.call("server.shutdown", { keep_agents: agents.flat().some(({ live }) => live) }, { timeoutMs: 40_000 });
}
