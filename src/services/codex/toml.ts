/** What can be passed as a value of Codex's `-c key=value`, which it reads as TOML. */
export type TomlValue = string | number | boolean | TomlValue[] | { [key: string]: TomlValue };

/** A value as one line of TOML. Tables become inline tables with quoted keys: Codex misreads quotes in dotted keys. */
export function toml(value: TomlValue): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(toml).join(",")}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${quoted(key)}=${toml(inner)}`)
    .join(",")}}`;
}

/** JSON's escapes are TOML's, but for DEL, which TOML wants escaped, and lone surrogates, which it cannot express. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}

/**
 * A top-level setting of a config.toml that is a plain one-line string, else undefined. Not a TOML parser: it is for
 * short words like the name of a provider, where a wrong answer only costs a wrong hint.
 */
export function topLevelWord(text: string, key: string): string | undefined {
  const top = text.split(/^\s*\[/m, 1)[0] ?? "";
  return new RegExp(`^\\s*${key}\\s*=\\s*(?:"([^"\\n]*)"|'([^'\\n]*)')`, "m")
    .exec(top)
    ?.slice(1)
    .find((word) => word !== undefined);
}
