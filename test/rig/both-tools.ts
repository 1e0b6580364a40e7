import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { anthropicServer } from "./anthropic.ts";
import { Cast } from "./cast.ts";
import { claudeEnv } from "./claude-home.ts";
import { startClustr, type Launch, type RunningClustr } from "./clustr.ts";
import { codexEnv } from "./codex-home.ts";
import { responsesServer } from "./responses.ts";
import { scratch, type Scratch } from "./rig.ts";
import type { ModelRequest, ScriptedModel } from "./script.ts";

interface Plan {
  /** Fills the project's folder before Clustr sees it; without it the folder holds one README.md. */
  fill?: (folder: string, place: Scratch) => Promise<void>;
  /** More of Codex's configuration. */
  tables?: string;
  env?: Record<string, string>;
  /** How the server is started; from its source unless told. */
  launch?: Launch;
  /** Called with the model that got a request, before the cast answers it. */
  asked?: (model: ScriptedModel) => void;
}

/** Claude Code and Codex ready to work on one project, with models that play the parts of one cast. */
export interface BothTools extends AsyncDisposable {
  readonly place: Scratch;
  /** The project's. */
  readonly folder: string;
  readonly cast: Cast;
  readonly clustr: RunningClustr;
  /** What the tools asked of the APIs that nobody foresaw. */
  strays(): string[];
}

/** Sets everything up and starts Clustr; agents are not started yet. */
export async function bothTools({ fill = oneFile, tables, env, launch, asked }: Plan = {}): Promise<BothTools> {
  await using building = new AsyncDisposableStack();
  const place = building.use(await scratch());
  const anthropic = building.use(await anthropicServer());
  const openai = building.use(await responsesServer());
  const cast = new Cast();
  for (const api of [anthropic, openai]) {
    const model: ScriptedModel = api.play("all", {
      otherwise: (request: ModelRequest) => {
        asked?.(model);
        return cast.answer(request);
      },
    });
  }
  const claude = await claudeEnv(place, anthropic.base("all"));
  const codex = await codexEnv(place, openai.base("all"), tables === undefined ? {} : { tables });
  const folder = await place.folder("project");
  await fill(folder, place);
  const clustr = building.use(
    await startClustr(
      folder,
      join(place.path, "home", ".clustr"),
      { ...claude, ...codex, PATH: `${claude["PATH"]}:${codex["PATH"]}`, ...env },
      launch,
    ),
  );
  const built = building.move();
  return {
    place,
    folder,
    cast,
    clustr,
    strays: () => [...anthropic.strays, ...openai.strays],
    [Symbol.asyncDispose]: () => built.disposeAsync(),
  };
}

async function oneFile(folder: string): Promise<void> {
  await writeFile(join(folder, "README.md"), "# A project\n");
}
