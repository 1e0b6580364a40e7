/** What a letter of the query adds to a match, by where it was found. */
const POINTS = { inName: 4, wordStart: 8, following: 6, any: 1 };

/**
 * The paths that hold the letters of a query in this order, whatever their case, the best first: letters together, at the
 * beginning of words and in the file's own name count most, then short paths. An empty query matches everything.
 */
export function bestMatches(query: string, paths: readonly string[], limit: number): string[] {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  if (wanted === "") return paths.slice(0, limit);
  const found: { path: string; score: number }[] = [];
  for (const path of paths) {
    const score = scoreOf(wanted, path);
    if (score !== undefined) found.push({ path, score });
  }
  found.sort((a, b) => b.score - a.score || a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  return found.slice(0, limit).map(({ path }) => path);
}

/** The better of two readings: letters as early as possible, and within the file's own name. */
function scoreOf(wanted: string, path: string): number | undefined {
  const lower = path.toLowerCase();
  const name = lower.lastIndexOf("/") + 1;
  const early = scoreFrom(wanted, path, lower, 0, name);
  if (early === undefined || name === 0) return early;
  return Math.max(early, scoreFrom(wanted, path, lower, name, name) ?? 0);
}

function scoreFrom(wanted: string, path: string, lower: string, from: number, name: number): number | undefined {
  const whole = lower.indexOf(wanted, from);
  let score = 0;
  let last = -2;
  let at = whole === -1 ? from : whole;
  for (const letter of wanted) {
    const here = lower.indexOf(letter, at);
    if (here === -1) return undefined;
    score += POINTS.any;
    if (here >= name) score += POINTS.inName;
    if (here === last + 1) score += POINTS.following;
    if (startsWord(path, here)) score += POINTS.wordStart;
    last = here;
    at = here + letter.length;
  }
  return score;
}

function startsWord(path: string, at: number): boolean {
  const before = path[at - 1];
  const here = path[at] ?? "";
  return before === undefined || /[/._\- ]/.test(before) || (/[A-Z]/.test(here) && /[a-z0-9]/.test(before));
}
