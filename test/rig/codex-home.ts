import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TARGETS } from "../../src/services/codex/find.ts";
import { cleanEnv, pinned, type Scratch } from "./rig.ts";

const PLATFORM = `${process.platform}-${process.arch}`;

/** Folder of the pinned real Codex: its own executable, not the npm wrapper around it. */
export const CODEX_FOLDER = pinned(`@openai/codex-${PLATFORM}/vendor/${TARGETS[PLATFORM] ?? "unknown"}/bin`);
export const CODEX = join(CODEX_FOLDER, "codex");

/** What figures hold for, e.g. `codex 0.169.0`. */
export function codexVersion(): string {
  const { stdout } = spawnSync(CODEX, ["--version"], { encoding: "utf8", env: cleanEnv("/nonexistent") });
  return `codex ${/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "of an unknown version"}`;
}

/** A model Codex does not know: it gets classic function tools. Without a model, today's default works in code mode. */
export const CLASSIC_MODEL = "scripted-model";

/**
 * The environment of a person who uses Codex with a model provider of their own (a scripted server on loopback), with
 * an own home below `place`. `settings` are top-level lines of their config.toml, `tables` follow at its end.
 */
export async function codexEnv(
  place: Scratch,
  api: string,
  { settings = "", tables = "" } = {},
): Promise<Record<string, string>> {
  const home = await place.folder("home");
  const folder = await place.folder("home/.codex");
  const provider = `[model_providers.scripted]\nname = "Scripted"\nbase_url = "${api}"\nwire_api = "responses"\nenv_key = "SCRIPTED_KEY"\n`;
  await writeFile(join(folder, "config.toml"), `model_provider = "scripted"\n${settings}\n\n${provider}\n${tables}\n`, {
    mode: 0o600,
  });
  const clean = cleanEnv(home);
  return { ...clean, PATH: `${CODEX_FOLDER}:${clean.PATH}`, SCRIPTED_KEY: "dummy" };
}
