import { afterEach, beforeEach } from "vitest";
import { script } from "../../src/services/script/script.ts";
import type { Script, Step } from "../../src/services/script/steps.ts";
import { RigRun, type RigAgent } from "./link.ts";
import { cleanEnv, scratch, type Scratch } from "./rig.ts";

type Task = string | Step[] | Partial<Script>;

/** Script agents for the tests of one file, on a pty and a door of their own, with a few tools to call. */
export interface ScriptStage {
  /** Every call of a tool in this test. */
  readonly calls: { tool: string; args: Record<string, unknown> }[];
  /** A run that is not started yet; autonomy `auto` unless told. */
  make(task: Task, agent?: Partial<RigAgent>): Promise<RigRun>;
  started(task: Task, agent?: Partial<RigAgent>): Promise<RigRun>;
  /** Sends it a message that its tool can read. */
  send(run: RigRun, id: string, from: string, content: string): void;
  /** A folder outside the agent's own. */
  folder(name: string): Promise<string>;
}

/** Sets a test file up for script agents; they and their folders are gone after each test. */
export function scriptStage(): ScriptStage {
  let place: Scratch;
  const runs: RigRun[] = [];
  const calls: ScriptStage["calls"] = [];
  const mail = new Map<string, { from: string; content: string }>();
  beforeEach(async () => {
    place = await scratch();
    calls.length = 0;
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) await run[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  const tool = (name: string, run: (args: Record<string, unknown>) => unknown) => ({
    name,
    description: name,
    run: (args: Record<string, unknown>) => {
      calls.push({ tool: name, args });
      return JSON.stringify(run(args));
    },
  });
  const tools = [
    tool("list_agents", () => ({ agents: [{ name: "alice" }, { name: "ben" }] })),
    tool("send_message", () => ({ id: "m-1" })),
    tool("read_messages", ({ id }) => ({
      messages: mail.has(String(id)) ? [{ id, to: "alice", ...mail.get(String(id)) }] : [],
    })),
  ];
  const make: ScriptStage["make"] = async (task, agent = {}) => {
    const text = typeof task === "string" ? task : JSON.stringify(task);
    const env = cleanEnv(await place.folder("home"));
    const run = await RigRun.make(place, env, { autonomy: "auto", ...agent, task: text }, tools);
    runs.push(run);
    return run;
  };
  return {
    calls,
    make,
    async started(task, agent = {}) {
      const run = await make(task, agent);
      await run.start(script);
      return run;
    },
    send(run, id, from, content) {
      mail.set(id, { from, content });
      run.post(id, `<message from ${from}> ${content}`);
    },
    folder: (name) => place.folder(name),
  };
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
