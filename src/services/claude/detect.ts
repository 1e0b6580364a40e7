import type { Detection } from "../../core/ports/service.ts";
import { askedOnce, findOnPath, isOlder, printed, versionIn } from "../program.ts";
import { accountOf } from "./account.ts";
import { ownSettings } from "./settings.ts";

export const ID = "claude";
export const TITLE = "Claude Code";

/** The oldest Claude Code Clustr drives: from here on it has the message socket and the hooks delivery relies on. */
const OLDEST = "2.1.330";
const NAMES = process.platform === "win32" ? ["claude.exe", "claude.cmd"] : ["claude"];

/** Looks Claude Code up as `Service.detect` promises. */
export async function detectClaude(env: Record<string, string>, signal: AbortSignal): Promise<Detection> {
  const base = { service: ID, title: TITLE };
  const path = await findOnPath(env.PATH, NAMES);
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
  } else if (isOlder(version, OLDEST)) {
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

const versionOf = askedOnce(
  async (path, env, signal) => versionIn(await printed(path, "--version", env, signal)),
  (version) => version !== undefined,
);
