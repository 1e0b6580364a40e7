import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import type { Detection } from "../../core/ports/service.ts";
import { accountOf } from "./account.ts";
import { ownSettings } from "./settings.ts";
import { atLeast, OLDEST, parseVersion } from "./version.ts";

export const ID = "claude";
export const TITLE = "Claude Code";

/** Milliseconds `--version` may take; a cold start from a slow disk takes seconds. */
const VERSION_TIMEOUT = 8_000;

/** Looks Claude Code up as `Service.detect` promises. */
export async function detectClaude(env: Record<string, string>, signal: AbortSignal): Promise<Detection> {
  const base = { service: ID, title: TITLE };
  const path = await findOnPath(env);
  if (path === undefined) {
    return {
      ...base,
      ready: false,
      findings: [
        {
          fatal: true,
          problem: "Claude Code (`claude`) is not on the PATH.",
          remedy: "Install it with `npm install -g @anthropic-ai/claude-code`, then start `claude` once and log in.",
        },
      ],
    };
  }
  const findings: Detection["findings"] = [];
  const version = await versionOf(path, env, signal);
  if (version === undefined) {
    findings.push({
      fatal: true,
      problem: `${path} does not tell its version.`,
      remedy:
        "Run `claude --version` in a terminal to see why; reinstall it with `npm install -g @anthropic-ai/claude-code`.",
    });
  } else if (!atLeast(version, OLDEST)) {
    findings.push({
      fatal: true,
      problem: `Claude Code ${version} is too old; Clustr needs ${OLDEST} or newer.`,
      remedy: "Update it with `claude update` (or `npm install -g @anthropic-ai/claude-code`).",
    });
  }
  const account = await accountOf(env, await ownSettings(env));
  if (!account.onboarded) {
    findings.push({
      fatal: true,
      problem: "Claude Code has never been started by this user: it would open with its set-up screens.",
      remedy: "Run `claude` once in a terminal, choose a theme and log in.",
    });
  } else if (account.loggedIn === false) {
    findings.push({
      fatal: true,
      problem: "Claude Code is not logged in.",
      remedy: "Run `claude` in a terminal and log in with /login, or set ANTHROPIC_API_KEY before starting Clustr.",
    });
  }
  return {
    ...base,
    ready: !findings.some((finding) => finding.fatal),
    path,
    version,
    loggedIn: account.loggedIn,
    findings,
  };
}

/** The first executable `claude` in the PATH of this environment. Relative entries are skipped: they depend on who asks. */
async function findOnPath(env: Record<string, string>): Promise<string | undefined> {
  const names = process.platform === "win32" ? ["claude.exe", "claude.cmd"] : ["claude"];
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const path = join(folder, name);
      const usable = await access(path, constants.X_OK).then(
        async () => (await stat(path)).isFile(),
        () => false,
      );
      if (usable) return path;
    }
  }
  return undefined;
}

/** Versions already asked for, by real path and time of change. Bounded: a machine has few installations. */
const versions = new Map<string, string>();

async function versionOf(path: string, env: Record<string, string>, signal: AbortSignal): Promise<string | undefined> {
  const real = await realpath(path);
  const key = `${real} ${(await stat(real)).mtimeMs}`;
  const known = versions.get(key);
  if (known !== undefined) return known;
  const output = await new Promise<string>((resolve) => {
    execFile(
      path,
      ["--version"],
      { env, signal, timeout: VERSION_TIMEOUT, killSignal: "SIGKILL", maxBuffer: 64_000 },
      (_error, stdout) => resolve(stdout),
    );
  });
  const version = parseVersion(output);
  if (version !== undefined) {
    if (versions.size >= 20) versions.clear();
    versions.set(key, version);
  }
  return version;
}
