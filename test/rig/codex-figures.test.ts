import { it } from "vitest";
import { codexVersion } from "./codex-home.ts";
import { CodexLife } from "./codex-life.ts";
import { SCENES } from "./codex-scenes.ts";
import { expectTrueStatus, STATUS_TIMEOUT_MS } from "./status-figures.ts";

const SEED = Number(process.env["CLUSTR_SEED"] ?? 20_261_123);

it(
  `what Clustr reports of a Codex agent is what the script knows (seed ${SEED})`,
  { timeout: STATUS_TIMEOUT_MS },
  async () => {
    await expectTrueStatus<CodexLife>({
      name: codexVersion(),
      seed: SEED,
      scenes: SCENES,
      changes: { full: 500, slice: 20 },
      scenesOfLife: { full: 12, slice: 4 },
      begin: (life, random) => CodexLife.begin(life % 2 === 1, random),
      crash: (life, index) => life.kill(index % 2 === 0 ? "app-server" : "main"),
    });
  },
);
