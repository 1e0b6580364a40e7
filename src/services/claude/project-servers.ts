import { join } from "node:path";
import { objectOf, readObject, stateFile, stringsOf, type OwnSettings } from "./settings.ts";

/**
 * MCP servers a project brings along (`.mcp.json`) that the person has not decided about: Claude Code would open a dialog
 * for them at start. They are switched off for the agent instead, so that neither a dialog blocks it nor project code
 * runs unasked; servers the person approved, and all of the person's own, keep working.
 */
export async function undecidedServers(env: Record<string, string>, cwd: string, own: OwnSettings): Promise<string[]> {
  if (own.mcp.all) return [];
  const names = Object.keys(objectOf((await readObject(join(cwd, ".mcp.json"))).mcpServers));
  if (names.length === 0) return [];
  // Older decisions live in the state file, per project folder.
  const project = objectOf(objectOf((await readObject(stateFile(env))).projects)[cwd]);
  const decided = new Set([...own.mcp.decided, ...stringsOf(project.enabledMcpjsonServers), ...stringsOf(project.disabledMcpjsonServers)]);
  return names.filter((name) => !decided.has(name));
}
