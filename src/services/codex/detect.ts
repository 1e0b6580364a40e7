import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ClustrError } from "../../contract/error.ts";
import type { Detection } from "../../core/ports/service.ts";
import { askedOnce, isOlder, printed, versionIn } from "../program.ts";
import { findCodex } from "./find.ts";
import { topLevelWord } from "./toml.ts";

/** The oldest version whose app-server and `--remote` were tried. */
const OLDEST = "0.169.0";
const INSTALL = "npm install -g @openai/codex@latest";
const LOGIN =
  "Run `codex login` in a terminal (or `printenv OPENAI_API_KEY | codex login --with-api-key`), then try again.";

type Finding = Detection["findings"][number];

/** What a program says about itself. */
interface Facts {
  version: string | undefined;
  /** It can run as a server with the real TUI attached. */
  attachable: boolean;
  /** It has said all that it was asked for. */
  whole: boolean;
}

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

const factsOf = askedOnce(
  async (path, env, signal): Promise<Facts> => {
    const [version, help] = await Promise.all([
      printed(path, "--version", env, signal),
      printed(path, "--help", env, signal),
    ]);
    return {
      version: versionIn(version),
      attachable: /^\s*app-server\b/m.test(help) && /--remote\b/.test(help),
      whole: help !== "",
    };
  },
  ({ version, whole }) => version !== undefined && whole,
);

function versionFindings(version: string | undefined, attachable: boolean): Finding[] {
  if (version === undefined)
    return [
      {
        fatal: true,
        problem: "`codex --version` gave no version.",
        remedy: `Run it in a terminal to see why; \`${INSTALL}\` installs it anew.`,
      },
    ];
  if (isOlder(version, OLDEST))
    return [
      {
        fatal: true,
        problem: `Codex ${version} is too old; Clustr needs ${OLDEST} or newer.`,
        remedy: `Update it with \`codex update\` or \`${INSTALL}\`.`,
      },
    ];
  if (!attachable)
    return [
      {
        fatal: true,
        problem: `Codex ${version} offers no app-server to attach to.`,
        remedy: `Install a version known to work: \`npm install -g @openai/codex@${OLDEST}\`.`,
      },
    ];
  return [];
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
