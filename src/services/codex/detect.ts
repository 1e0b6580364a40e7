import { execFile } from "node:child_process";
import { readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ClustrError } from "../../contract/error.ts";
import type { Detection } from "../../core/ports/service.ts";
import { findCodex } from "./find.ts";
import { topLevelWord } from "./toml.ts";

/** The oldest version whose app-server and `--remote` were tried. */
export const MINIMUM = "0.169.0";
const INSTALL = "npm install -g @openai/codex@latest";
const LOGIN =
  "Run `codex login` in a terminal (or `printenv OPENAI_API_KEY | codex login --with-api-key`), then try again.";
const ASK_MS = 8_000;

type Finding = Detection["findings"][number];

/** What a program says about itself; asked once per file and its time of change. */
interface Facts {
  version: string | undefined;
  /** It can run as a server with the real TUI attached. */
  attachable: boolean;
}
const known = new Map<string, Facts>();

/** Looks Codex up on this machine, without starting a conversation or reading a secret. */
export async function detectCodex(env: Record<string, string>, signal: AbortSignal): Promise<Detection> {
  const base = { service: "codex", title: "Codex" };
  const path = await findCodex(env.PATH);
  if (!path)
    return {
      ...base,
      ready: false,
      findings: [
        {
          fatal: true,
          problem: "Codex is not installed: there is no `codex` on the PATH.",
          remedy: `Install it with \`${INSTALL}\`, then \`codex login\`.`,
        },
      ],
    };
  const { version, attachable } = await factsOf(path, env, signal);
  const { loggedIn, findings } = await login(env);
  findings.unshift(...versionFindings(version, attachable));
  return { ...base, path, version, loggedIn, findings, ready: findings.every(({ fatal }) => !fatal) };
}

/** The executable to run agents with. Rejects with the remedy when there is none that can be used. */
export async function requireCodex(env: Record<string, string>, signal: AbortSignal): Promise<string> {
  const { path, findings } = await detectCodex(env, signal);
  const fatal = findings.find((finding) => finding.fatal);
  if (fatal || !path)
    throw new ClustrError("unavailable", fatal ? `${fatal.problem} ${fatal.remedy}` : "Codex cannot be used.");
  return path;
}

async function factsOf(path: string, env: Record<string, string>, signal: AbortSignal): Promise<Facts> {
  const real = await realpath(path);
  const key = `${real}@${(await stat(real)).mtimeMs}`;
  const before = known.get(key);
  if (before) return before;
  const [version, help] = await Promise.all([ask(path, "--version", env, signal), ask(path, "--help", env, signal)]);
  const facts = {
    version: /\d+\.\d+\.\d+/.exec(version)?.[0],
    attachable: /^\s*app-server\b/m.test(help) && /--remote\b/.test(help),
  };
  // An answer that did not come may come next time.
  if (facts.version !== undefined && help !== "") known.set(key, facts);
  return facts;
}

/** What the program prints; nothing when it fails or takes too long. */
async function ask(path: string, flag: string, env: Record<string, string>, signal: AbortSignal): Promise<string> {
  try {
    return (
      await promisify(execFile)(path, [flag], {
        env,
        signal,
        timeout: ASK_MS,
        killSignal: "SIGKILL",
        maxBuffer: 1_000_000,
      })
    ).stdout;
  } catch (error) {
    signal.throwIfAborted();
    return (error as { stdout?: string }).stdout ?? "";
  }
}

function versionFindings(version: string | undefined, attachable: boolean): Finding[] {
  if (version === undefined)
    return [
      {
        fatal: true,
        problem: "`codex --version` gave no version.",
        remedy: `Run it in a terminal to see why; \`${INSTALL}\` installs it anew.`,
      },
    ];
  if (isOlder(version, MINIMUM))
    return [
      {
        fatal: true,
        problem: `Codex ${version} is too old; Clustr needs ${MINIMUM} or newer.`,
        remedy: `Update it with \`codex update\` or \`${INSTALL}\`.`,
      },
    ];
  if (!attachable)
    return [
      {
        fatal: true,
        problem: `Codex ${version} offers no app-server to attach to.`,
        remedy: `Install a version known to work: \`npm install -g @openai/codex@${MINIMUM}\`.`,
      },
    ];
  return [];
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  const n = [0, 1, 2].find((place) => a?.[place] !== b?.[place]);
  return n !== undefined && (a?.[n] ?? 0) < (b?.[n] ?? 0);
}

/** Whether somebody is logged in, from the presence of files and two settings: the credentials themselves are not opened. */
async function login(env: Record<string, string>): Promise<{ loggedIn: boolean | undefined; findings: Finding[] }> {
  const folder = env.CODEX_HOME ?? join(env.HOME ?? "", ".codex");
  if (await exists(join(folder, "auth.json"))) return { loggedIn: true, findings: [] };
  const config = await readFile(join(folder, "config.toml"), "utf8").catch(() => "");
  const provider = topLevelWord(config, "model_provider");
  if (provider !== undefined && provider !== "openai")
    return {
      loggedIn: undefined,
      findings: [
        {
          fatal: false,
          problem: `Codex uses the model provider "${provider}"; whether it lets you in shows with the first prompt.`,
          remedy: "Nothing to do.",
        },
      ],
    };
  const store = topLevelWord(config, "cli_auth_credentials_store");
  if (store === "keyring" || store === "auto")
    return {
      loggedIn: undefined,
      findings: [
        {
          fatal: false,
          problem: "Codex keeps its login in the system's keyring, which Clustr does not open.",
          remedy: "If an agent cannot start, run `codex login`.",
        },
      ],
    };
  return { loggedIn: false, findings: [{ fatal: true, problem: "Codex is not logged in.", remedy: LOGIN }] };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The error for a Codex that turns out not to be logged in when it runs. */
export function notLoggedIn(): ClustrError {
  return new ClustrError("unavailable", `Codex is not logged in. No prompt was sent. ${LOGIN}`);
}
