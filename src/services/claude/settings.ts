import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { objectOf, readObject, stringsOf } from "../json.ts";

/** The parts of the person's own Claude Code settings Clustr looks at. Values of `env` are never kept, only its names. */
export interface OwnSettings {
  /** Names of environment variables the settings add. */
  env: Set<string>;
  /** A command that prints the API key is set up. */
  apiKeyHelper: boolean;
  /** Servers of the project's `.mcp.json` the person has approved or refused; `all` when every one is approved. */
  mcp: { all: boolean; decided: Set<string> };
}

/** Where Claude Code keeps its things for this environment. */
export function configFolder(env: Record<string, string>): string {
  return env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? homedir(), ".claude");
}

/** Its one big state file, beside the folder unless CLAUDE_CONFIG_DIR moves it inside. */
export function stateFile(env: Record<string, string>): string {
  return env.CLAUDE_CONFIG_DIR === undefined
    ? join(env.HOME ?? homedir(), ".claude.json")
    : join(env.CLAUDE_CONFIG_DIR, ".claude.json");
}

/** A folder and all folders above it: the tool looks for a project's files in any of them. */
export function upwards(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}

/** Reads user settings, and with `cwd` the project's shared and local ones too. */
export async function ownSettings(env: Record<string, string>, cwd?: string): Promise<OwnSettings> {
  const files = [join(configFolder(env), "settings.json")];
  for (const folder of cwd === undefined ? [] : upwards(cwd))
    files.push(join(folder, ".claude", "settings.json"), join(folder, ".claude", "settings.local.json"));
  const found: OwnSettings = { env: new Set(), apiKeyHelper: false, mcp: { all: false, decided: new Set() } };
  for (const settings of await Promise.all(files.map(readObject))) {
    for (const name of Object.keys(objectOf(settings.env))) found.env.add(name);
    if (typeof settings.apiKeyHelper === "string") found.apiKeyHelper = true;
    if (settings.enableAllProjectMcpServers === true) found.mcp.all = true;
    for (const name of [...stringsOf(settings.enabledMcpjsonServers), ...stringsOf(settings.disabledMcpjsonServers)])
      found.mcp.decided.add(name);
  }
  return found;
}
