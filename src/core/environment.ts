/** What the agents' environment is cleaned of. */
export interface Cleaning {
  /** PATH entries that the way Clustr was started put in front. */
  pathEntries: string[];
  /** Variables by which tools tell that they run inside themselves. */
  marks: string[];
}

/**
 * The environment agents inherit: the one the server was started with, because their tools need it (credentials,
 * proxies, languages), less what only speaks of Clustr's own start.
 */
export function agentEnvironment(
  env: Record<string, string | undefined>,
  { pathEntries, marks }: Cleaning,
): Record<string, string> {
  const kept: Record<string, string> = {};
  const dropped = new Set([...marks, "INIT_CWD"]);
  for (const [key, value] of Object.entries(env)) {
    if (value === undefined || dropped.has(key) || key.startsWith("CLUSTR_") || key.toLowerCase().startsWith("npm_"))
      continue;
    kept[key] = key === "PATH" ? withoutEntries(value, pathEntries) : value;
  }
  return { ...kept, TERM: "xterm-256color", COLORTERM: kept["COLORTERM"] ?? "truecolor" };
}

/** Removes only what leads: the same folder further back was put there by the person. */
function withoutEntries(value: string, entries: string[]): string {
  const parts = value.split(":");
  const first = parts.findIndex((part) => !entries.includes(part));
  return parts.slice(first === -1 ? parts.length : first).join(":");
}
