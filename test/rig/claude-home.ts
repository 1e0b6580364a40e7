import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cleanEnv, pinned, type Scratch } from "./rig.ts";

/** Folder of the pinned real Claude Code; put on the PATH, `claude` is found there. */
export const CLAUDE_FOLDER = pinned(`@anthropic-ai/claude-code-${process.platform}-${process.arch}`);

/**
 * The environment of a person who has used Claude Code before and is logged in by a dummy token, with an own home below
 * `place`. `api` is where its model answers (a scripted server on loopback).
 */
export async function claudeEnv(
  place: Scratch,
  api: string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const home = await place.folder("home");
  // A home in which onboarding was done; the theme and login screens belong to a first visit, not to these tests.
  await writeFile(join(home, ".claude.json"), JSON.stringify({ hasCompletedOnboarding: true }), { mode: 0o600 });
  const clean = cleanEnv(home);
  return {
    ...clean,
    PATH: `${CLAUDE_FOLDER}:${clean.PATH}`,
    ANTHROPIC_BASE_URL: api,
    ANTHROPIC_AUTH_TOKEN: "dummy",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
    ...more,
  };
}
