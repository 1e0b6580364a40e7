import type { Client } from "../client/client.ts";
import type { Agent } from "../contract/agent.ts";
import { ClustrError, hasCode } from "../contract/error.ts";
import { note, type Io } from "./io.ts";
import { pause } from "./pause.ts";
import { howToAnswer } from "./show/attention.ts";
import { plain } from "./show/style.ts";

/** A status that can be waited for. */
export type Awaited = "running" | "done";

const ASK_MS = 400;
/** A server that restarts is back within this time; waiting goes on meanwhile. */
const ABSENCE_MS = 30_000;

/**
 * Waits until an agent is `running` (or already beyond) or `done`, and gives its record. Says on the way when it needs
 * a person. Outlasts a restart of the server.
 *
 * @throws ClustrError `unavailable` after `timeoutMs` (the agent goes on), `not_found` when it was removed meanwhile.
 */
export async function waitFor(
  client: Client,
  io: Io,
  agent: Agent,
  wanted: Awaited,
  timeoutMs: number | undefined,
): Promise<Agent> {
  const until = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
  let reached = performance.now();
  let asked: string | undefined;
  for (;;) {
    const latest = await look(client, io, agent, reached);
    if (latest) {
      reached = performance.now();
      if (latest.status === "done" || latest.status === wanted) return latest;
      const { attention } = latest;
      if (attention && attention.id !== asked)
        note(io, `${latest.name} needs you: ${plain(attention.title)}\n  ${howToAnswer(attention)}`);
      asked = attention?.id;
    }
    if (performance.now() > until) {
      throw new ClustrError(
        "unavailable",
        `${agent.name} is not ${wanted} after ${(timeoutMs ?? 0) / 1000} s${latest ? ` (it is ${latest.status})` : ""}. It goes on; see "clustr agents".`,
      );
    }
    await pause(ASK_MS, io.signal);
  }
}

async function look(client: Client, io: Io, agent: Agent, reached: number): Promise<Agent | undefined> {
  try {
    const found = (await client.call("agent.list", {}, { signal: io.signal })).find(({ id }) => id === agent.id);
    if (found) return found;
  } catch (error) {
    if (!hasCode(error, "unavailable") || performance.now() - reached > ABSENCE_MS) throw error;
    return undefined;
  }
  throw new ClustrError("not_found", `${agent.name} was removed while it was waited for.`);
}

/** Why an awaited agent counts as a failure for the exit code; undefined when it went well. */
export function failureOf(agent: Agent): ClustrError | undefined {
  if (agent.status !== "done" || agent.outcome === "finished") return undefined;
  const why = agent.reason === undefined ? `See "clustr screen ${agent.name}".` : plain(agent.reason);
  return new ClustrError("internal", `${agent.name} is done, but ${agent.outcome ?? "without outcome"}. ${why}`);
}
