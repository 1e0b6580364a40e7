import { join } from "node:path";
import { objectOf, readObject, stringsOf } from "../json.ts";
import { stateFile, upwards, type OwnSettings } from "./settings.ts";

/**
 * MCP servers a project brings along (`.mcp.json`) that the person has not decided about: Claude Code would open a dialog
 * for them at start. They are switched off for the agent instead, so that neither a dialog blocks it nor project code
 * runs unasked; servers the person approved, and all of the person's own, keep working.
 */
export async function undecidedServers(env: Record<string, string>, cwd: string, own: OwnSettings): Promise<string[]> {
  if (own.mcp.all) return [];
  const folders = upwards(cwd);
  const files = await Promise.all(folders.map((folder) => readObject(join(folder, ".mcp.json"))));
  const names = [...new Set(files.flatMap((file) => Object.keys(objectOf(file.mcpServers))))];
  if (names.length === 0) return [];
  // Older decisions live in the state file, by project folder.
  const projects = objectOf((await readObject(stateFile(env))).projects);
  const noted = folders
    .map((folder) => objectOf(projects[folder]))
    .flatMap((project) => [...stringsOf(project.enabledMcpjsonServers), ...stringsOf(project.disabledMcpjsonServers)]);
  return names.filter((name) => !own.mcp.decided.has(name) && !noted.includes(name));
}
