import { codex } from "../../src/services/codex/codex.ts";
import type { AgentSession } from "../../src/core/ports/service.ts";
import { CLASSIC_MODEL, codexEnv } from "./codex-home.ts";
import type { RigTool } from "./door.ts";
import { RigRun, type RigAgent } from "./link.ts";
import { responsesServer } from "./responses.ts";
import { scratch, type Scratch } from "./rig.ts";
import type { Told } from "./scripted-api.ts";
import type { Script, ScriptedModel } from "./script.ts";

/** A real Codex as one agent, with its scripted model. */
export interface CodexRun extends AsyncDisposable {
  run: RigRun;
  model: ScriptedModel;
  place: Scratch;
  env: Record<string, string>;
  /** Calls of `send_message` that reached the door. */
  sent: Record<string, unknown>[];
  start(): Promise<AgentSession>;
}

/** Makes the run without starting it. `code`: a model that works through `exec`, as today's do. */
export async function codexRun(
  script: Script,
  {
    code = false,
    settings = "",
    tables = "",
    told,
    ...agent
  }: Partial<RigAgent> & {
    code?: boolean;
    settings?: string;
    tables?: string;
    told?: Told;
  } = {},
): Promise<CodexRun> {
  const place = await scratch();
  const api = await responsesServer(told);
  const model = api.play("alice", script);
  const env = await codexEnv(place, api.base("alice"), { settings, tables });
  const sent: Record<string, unknown>[] = [];
  const tool: RigTool = {
    name: "send_message",
    description: "Sends a message.",
    run: (args) => (sent.push(args), "sent"),
  };
  const run = await RigRun.make(
    place,
    env,
    { task: "Say hello.", ...(code ? {} : { model: CLASSIC_MODEL }), ...agent },
    [tool],
  );
  return {
    run,
    model,
    place,
    env,
    sent,
    start: () => run.start(codex),
    async [Symbol.asyncDispose]() {
      await run.session?.leave();
      await run[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
