/** The oldest Claude Code Clustr drives: from here on it has the message socket and the hooks delivery relies on. */
export const OLDEST = "2.1.330";

/** The version in the output of `claude --version`, e.g. `2.1.330 (Claude Code)`. */
export function parseVersion(output: string): string | undefined {
  return /\b(\d+\.\d+\.\d+)\b/.exec(output)?.[1];
}

/** Whether `version` is at least `wanted`; both are `major.minor.patch`. */
export function atLeast(version: string, wanted: string): boolean {
  const have = version.split(".").map(Number);
  const want = wanted.split(".").map(Number);
  for (let place = 0; place < want.length; place++) {
    const difference = (have[place] ?? 0) - (want[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
