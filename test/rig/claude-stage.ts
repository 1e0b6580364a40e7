import { afterAll, beforeAll, expect, vi } from "vitest";
import { until as holds } from "../../src/services/until.ts";
import { anthropicServer } from "./anthropic.ts";
import { claudeEnv } from "./claude-home.ts";
import type { RigTool } from "./door.ts";
import { RigRun, type RigAgent } from "./link.ts";
import { PATIENCE_MS, scratch } from "./rig.ts";
import type { ScriptedApi } from "./scripted-api.ts";
import { textOf, type ModelRequest, type Script, type ScriptedModel } from "./script.ts";

/** Between looks for something that is awaited. */
const LOOK_MS = 30;

/** One agent on the real Claude Code, in a real terminal, with a scripted model and a home of its own. */
export interface ClaudeStage extends AsyncDisposable {
  run: RigRun;
  model: ScriptedModel;
  env: Record<string, string>;
}

/** Sets a test file up for the real Claude Code and returns what makes its stages; agents are not started yet. */
export function claudeStages(): (
  script: Script,
  agent?: RigAgent,
  more?: Record<string, string>,
) => Promise<ClaudeStage> {
  let api: ScriptedApi;
  let count = 0;
  // Each test mostly waits for the tool; four at a time keep two cores busy without starving the tool's own timers.
  vi.setConfig({ maxConcurrency: 4 });
  beforeAll(async () => {
    api = await anthropicServer();
  });
  afterAll(async () => {
    expect(api.strays).toEqual([]);
    await api[Symbol.asyncDispose]();
  });
  return async (script, agent = { task: "the task" }, more = {}) => {
    const place = await scratch();
    const name = `agent-${count++}`;
    const model = api.play(name, script);
    const env = await claudeEnv(place, api.base(name), more);
    const ping: RigTool = { name: "ping", description: "Answers pong", run: () => "pong" };
    const run = await RigRun.make(place, env, agent, [ping]);
    return {
      run,
      model,
      env,
      async [Symbol.asyncDispose]() {
        await run[Symbol.asyncDispose]();
        await place[Symbol.asyncDispose]();
      },
    };
  };
}

/** Whether a request holds these words anywhere the model can read. */
export const has =
  (words: string) =>
  (request: ModelRequest): boolean =>
    textOf(request).includes(words);

/** What the model read last: the results of its calls. */
export const last = ({ model }: ClaudeStage): string => {
  const read = model.turns.at(-1)?.messages.slice(-2) ?? [];
  return read.map(({ text }) => text).join("\n");
};

/** Waits until something has come true. */
export async function until(wanted: () => Promise<boolean>, timeoutMs = PATIENCE_MS): Promise<void> {
  if (!(await holds(wanted, { withinMs: timeoutMs, everyMs: LOOK_MS })))
    throw new Error(`It did not come true within ${timeoutMs} ms.`);
}

/** Waits for a value to be there. */
export async function eventually<T>(look: () => T | undefined): Promise<T> {
  let found = look();
  await until(async () => (found = look()) !== undefined);
  return found as T;
}
