import { access } from "node:fs/promises";
import { join } from "node:path";
import { objectOf, readObject, stringsOf } from "../json.ts";
import { configFolder, stateFile, type OwnSettings } from "./settings.ts";

/** How Claude Code would reach a model from here, told by names and files alone: no secret is read. */
export interface Account {
  /** Undefined when only the tool itself could tell (a login in the macOS keychain). */
  loggedIn: boolean | undefined;
  /** An API key of the environment is the only login to be seen. */
  keyOnly: boolean;
  /** False on a home where Claude Code was never started: it would open with a theme and a login screen. */
  onboarded: boolean;
  /** Whether requests go straight to Anthropic. Behind gateways the server-side check of auto mode is not to be had. */
  direct: boolean;
}

const TOKENS = ["ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];
const CLOUDS = [
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "CLAUDE_CODE_USE_FOUNDRY",
  "CLAUDE_CODE_USE_ANTHROPIC_AWS",
  "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
  "CLAUDE_CODE_USE_GATEWAY",
  "CLAUDE_CODE_USE_MANTLE",
];

/** Looks at the names of variables and settings, and whether files are there; `own`: the person's settings where the agent works. */
export async function accountOf(env: Record<string, string>, own: OwnSettings): Promise<Account> {
  const has = (name: string): boolean => Boolean(env[name]) || own.env.has(name);
  const state = await readObject(stateFile(env));
  const cloud = CLOUDS.some(has);
  const beside =
    TOKENS.some(has) ||
    cloud ||
    own.apiKeyHelper ||
    Object.keys(objectOf(state.oauthAccount)).length > 0 ||
    (await exists(join(configFolder(env), ".credentials.json")));
  return {
    loggedIn: beside || has("ANTHROPIC_API_KEY") ? true : process.platform === "darwin" ? undefined : false,
    keyOnly: !beside && has("ANTHROPIC_API_KEY"),
    onboarded: state.hasCompletedOnboarding === true,
    direct: !cloud && !own.env.has("ANTHROPIC_BASE_URL") && isAnthropic(env.ANTHROPIC_BASE_URL),
  };
}

function isAnthropic(base: string | undefined): boolean {
  if (!base) return true;
  return URL.parse(base)?.hostname === "api.anthropic.com";
}

/**
 * Whether an ANTHROPIC_API_KEY in the environment would open a dialog: it does when the person has neither approved nor
 * refused this key before. (Claude Code remembers keys by their last 20 characters.)
 */
export async function keyUndecided(env: Record<string, string>): Promise<boolean> {
  const key = env.ANTHROPIC_API_KEY;
  if (!key) return false;
  const known = objectOf((await readObject(stateFile(env))).customApiKeyResponses);
  return ![...stringsOf(known.approved), ...stringsOf(known.rejected)].includes(key.slice(-20));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
