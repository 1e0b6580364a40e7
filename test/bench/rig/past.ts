import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Agent } from "../../../src/contract/agent.ts";
import type { Fact } from "../../../src/contract/event.ts";
import type { Entry } from "../../../src/core/ports/ledger.ts";
import { openSqliteLedger } from "../../../src/ledger/sqlite/ledger.ts";

const AT_ONCE = 1_000;

/** Appends to the ledger of a workspace whose server is not running, as if it had happened there. */
export async function record(home: string, workspace: string, past: Iterable<Entry<Fact>>): Promise<void> {
  const ledger = await openSqliteLedger<Fact>(join(home, "workspaces", workspace, "ledger.db"));
  const all = [...past];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const done = await Promise.all(all.slice(at, at + AT_ONCE).map((entry) => ledger.append(entry)));
    const bad = done.find(({ outcome }) => outcome !== "written");
    if (bad) throw new Error(`The past could not be written: ${bad.outcome}`);
  }
  await ledger.close();
}

const WORDS = "the parser keeps its interface and the tests of the store move to a folder of their own".split(" ");

function actorOf({ id, name }: Agent): Entry<Fact>["actor"] {
  return { kind: "agent", id, name };
}

function sent(by: Agent, to: Agent, content: string): Entry<Fact> {
  const id = `m-${randomUUID()}`;
  return {
    ...{ id: randomUUID(), actor: actorOf(by), subject: `message:${id}`, type: "message.sent" },
    data: { id, to: to.name, content, hops: 1, urgency: "now", recipients: [] },
  };
}

/** Messages between agents, short and long, each with its number. */
export function* messages(agents: readonly Agent[], count: number): Iterable<Entry<Fact>> {
  for (let at = 0; at < count; at++) {
    const by = agents[at % agents.length];
    const to = agents[(at + 1) % agents.length];
    if (!by || !to) throw new Error("nobody to write");
    const text = Array.from({ length: 4 + ((at * 7) % 40) }, (_, word) => WORDS[(at + word) % WORDS.length]).join(" ");
    yield sent(by, to, `message ${at} of ${count}: ${text}`);
  }
}

/** A stretch of an hour in which each agent does something every two seconds: it says what it is at, or writes to another. */
export function* hour(agents: readonly Agent[], from: number, count: number): Iterable<Entry<Fact>> {
  for (let at = from; at < from + count; at++) {
    const agent = agents[at % agents.length];
    const to = agents[(at + 3) % agents.length];
    if (!agent || !to) throw new Error("nobody to work");
    const { id, run } = agent;
    const entry = { id: randomUUID(), actor: actorOf(agent), subject: `agent:${id}` };
    const turn = Math.floor(at / agents.length);
    if (turn % 15 === 14) yield sent(agent, to, `after ${turn} steps: ${WORDS.join(" ")}`);
    else
      yield {
        ...entry,
        type: "agent.status",
        data: { id, run, status: "running", sure: true, live: true, activity: `step ${turn} of module ${at % 97}` },
      };
  }
}
