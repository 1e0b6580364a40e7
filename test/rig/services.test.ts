import { claude } from "../../src/services/claude/claude.ts";
import { codex } from "../../src/services/codex/codex.ts";
import { services } from "../../src/services/registry.ts";
import { script } from "../../src/services/script/script.ts";
import type { Step as ScriptStep } from "../../src/services/script/steps.ts";
import { expect, test } from "vitest";
import { serviceSuite, type Deed, type ServiceStage } from "../suites/service.ts";
import { claudeStages } from "./claude-stage.ts";
import * as claudeTools from "./claude-tools.ts";
import { codexRun } from "./codex-run.ts";
import * as codexTools from "./codex-tools.ts";
import { RigRun } from "./link.ts";
import { cleanEnv, scratch } from "./rig.ts";
import type { Step } from "./script.ts";

const READY: Step = { text: "Ready." };
const LONG: Step = { slow: Array.from({ length: 200 }, () => "word "), gapMs: 150 };

const ON_CLAUDE: Record<Deed, Step[]> = {
  say: [READY],
  work: [LONG],
  ask: [claudeTools.ask(claudeTools.COLOUR), READY],
};
const ON_CODEX: Record<Deed, Step[]> = { say: [READY], work: [LONG], ask: [codexTools.ask(codexTools.COLOUR), READY] };
const ON_SCRIPT: Record<Deed, ScriptStep[]> = {
  say: [{ say: "Ready." }],
  work: [{ sleep: 30 }],
  ask: [{ ask: "Which colour?", options: ["red", "blue"] }],
};

const stages = claudeStages();
serviceSuite(claude, (deed) => stages({ steps: ON_CLAUDE[deed] }));
serviceSuite(codex, (deed) =>
  codexRun({ steps: ON_CODEX[deed] }, { tables: "[features]\ndefault_mode_request_user_input = true" }),
);
serviceSuite(script, scripted);

test("no service is without its suite", () => {
  expect(services).toEqual([claude, codex, script]);
});

async function scripted(deed: Deed): Promise<ServiceStage> {
  await using building = new AsyncDisposableStack();
  const place = building.use(await scratch());
  const env = cleanEnv(await place.folder("home"));
  const task = JSON.stringify({ steps: ON_SCRIPT[deed] });
  const run = building.use(await RigRun.make(place, env, { autonomy: "auto", task }, []));
  const built = building.move();
  return { run, [Symbol.asyncDispose]: () => built.disposeAsync() };
}
