import type { Region } from "../../contract/files.ts";

/** Edits beyond this are not searched for: the whole stretch counts as rewritten. Keeps memory below 20 MB. */
const MOST_EDITS = 2_000;

/** How two texts correspond. */
export interface Alignment {
  /** For each line before: the line after that it became, or -1 when it was removed. Rises. */
  match: Int32Array;
  /** For each line before: 1 when its match is certain. */
  sure: Uint8Array;
}

/**
 * Aligns two texts by their lines. A match is certain only when every shortest edit agrees on it and it is not merely an
 * interchangeable line (`}`, an empty one) between two edits; with repeated lines a diff alone cannot say which of them
 * was touched, and whoever asks who wrote a line must know that. `regions` confine the edits when their places are known.
 */
export function align(before: readonly string[], after: readonly string[], regions?: readonly Region[]): Alignment {
  const match = new Int32Array(before.length).fill(-1);
  const sure = new Uint8Array(before.length);
  const ids = new Map<string, number>();
  const x = intern(before, ids);
  const y = intern(after, ids);
  const rare = onlyOnes(x, y, ids.size);
  let from = 0;
  let shift = 0;
  const same = (until: number) => {
    for (; from < until; from++) {
      match[from] = from + shift;
      sure[from] = 1;
    }
  };
  for (const region of fitting(x, y, regions)) {
    same(region.from);
    alignRegion(x, y, region, region.from + shift, rare, match, sure);
    from = region.to;
    shift += region.size - (region.to - region.from);
  }
  same(before.length);
  return { match, sure };
}

/** The regions if everything outside them is indeed equal; otherwise the whole text as one. */
function fitting(x: Int32Array, y: Int32Array, regions: readonly Region[] | undefined): readonly Region[] {
  const whole = [{ from: 0, to: x.length, size: y.length }];
  if (!regions) return whole;
  let from = 0;
  let shift = 0;
  for (const region of [...regions, { from: x.length, to: x.length, size: 0 }]) {
    if (region.from < from || region.to < region.from || region.to > x.length || region.size < 0) return whole;
    for (; from < region.from; from++) if (x[from] !== y[from + shift]) return whole;
    from = region.to;
    shift += region.size - (region.to - region.from);
  }
  return x.length + shift === y.length ? regions : whole;
}

function alignRegion(
  x: Int32Array,
  y: Int32Array,
  { from, to, size }: Region,
  at: number,
  rare: Uint8Array,
  match: Int32Array,
  sure: Uint8Array,
): void {
  const a = x.subarray(from, to);
  const b = y.subarray(at, at + size);
  const left = rest(a, b);
  if (!left) return sameEnds(a, b, from, at, match, sure);
  const early = walk(a, b, left, true);
  const late = walk(a, b, left, false);
  for (let i = 0; i < a.length; i++) {
    match[from + i] = (early[i] ?? -1) < 0 ? -1 : at + (early[i] ?? 0);
    sure[from + i] = early[i] === late[i] && (early[i] ?? -1) >= 0 ? 1 : 0;
  }
  doubtBetween(early, b.length, sure.subarray(from, to), rare.subarray(from, to));
}

/** Too different to search: what is equal at both ends stays, the rest counts as rewritten. */
function sameEnds(a: Int32Array, b: Int32Array, from: number, at: number, match: Int32Array, sure: Uint8Array): void {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  for (let i = 0; i < a.length; i++) {
    if (i >= head && i < a.length - tail) continue;
    match[from + i] = at + (i < head ? i : i + b.length - a.length);
    sure[from + i] = 1;
  }
}

/** The length of the shortest edit, and whether the rest from (i, j) on can be done `within` so many edits. */
interface Rest {
  edits: number;
  within(edits: number, i: number, j: number): boolean;
}

/** Myers' greedy search from the ends of both texts, every step kept; undefined when they differ too much. */
function rest(a: Int32Array, b: Int32Array): Rest | undefined {
  const n = a.length;
  const m = b.length;
  /** For `d` edits and the diagonal `k`: how many lines at the end of `a` can be covered; -1 for none. */
  const steps: Int32Array[] = [];
  const reach = (d: number, k: number) => (Math.abs(k) > d ? -1 : (steps[d]?.[k + d] ?? -1));
  for (let d = 0; d <= MOST_EDITS; d++) {
    const now = new Int32Array(2 * d + 1).fill(-1);
    steps.push(now);
    for (let k = -d; k <= d; k += 2) {
      const added = reach(d - 1, k + 1);
      const removed = reach(d - 1, k - 1);
      let i = d === 0 ? 0 : -1;
      if (added >= 0 && added - k <= m) i = added;
      if (removed >= 0 && removed < n) i = Math.max(i, removed + 1);
      if (i < 0) continue;
      while (i < n && i - k < m && a[n - 1 - i] === b[m - 1 - (i - k)]) i++;
      now[k + d] = i;
    }
    if (reach(d, n - m) === n)
      return { edits: d, within: (edits, i, j) => edits >= 0 && reach(edits, n - i - (m - j)) >= n - i };
  }
  return undefined;
}

/**
 * One shortest edit: the one that removes as early and adds as late as possible, or the other way round. All others lie
 * between these two, so what both agree on is common to all.
 */
function walk(a: Int32Array, b: Int32Array, left: Rest, removeFirst: boolean): Int32Array {
  const match = new Int32Array(a.length).fill(-1);
  let i = 0;
  let j = 0;
  let edits = left.edits;
  while (i < a.length || j < b.length) {
    const remove = edits > 0 && i < a.length && left.within(edits - 1, i + 1, j);
    const add = edits > 0 && j < b.length && left.within(edits - 1, i, j + 1);
    const keep = i < a.length && j < b.length && a[i] === b[j] && left.within(edits, i + 1, j + 1);
    if (removeFirst ? remove : add) {
      edits--;
      if (removeFirst) i++;
      else j++;
    } else if (keep) {
      match[i++] = j++;
    } else {
      edits--;
      if (removeFirst) j++;
      else i++;
    }
  }
  return match;
}

/** Doubts lines kept between two edits when none of them is the only one of its kind: they anchor nothing. */
function doubtBetween(match: Int32Array, size: number, sure: Uint8Array, rare: Uint8Array): void {
  for (let start = 0; start < match.length;) {
    let end = start + 1;
    if (sure[start] === 1) {
      while (end < match.length && sure[end] === 1 && match[end] === (match[end - 1] ?? 0) + 1) end++;
      const first = start === 0 && match[0] === 0;
      const last = end === match.length && match[end - 1] === size - 1;
      if (!first && !last && !rare.subarray(start, end).includes(1)) sure.fill(0, start, end);
    }
    start = end;
  }
}

/** For each line before: 1 when it occurs exactly once in each of the texts. */
function onlyOnes(x: Int32Array, y: Int32Array, kinds: number): Uint8Array {
  const before = new Uint32Array(kinds);
  const after = new Uint32Array(kinds);
  for (const id of x) before[id] = (before[id] ?? 0) + 1;
  for (const id of y) after[id] = (after[id] ?? 0) + 1;
  return Uint8Array.from(x, (id) => (before[id] === 1 && after[id] === 1 ? 1 : 0));
}

function intern(lines: readonly string[], ids: Map<string, number>): Int32Array {
  return Int32Array.from(lines, (line) => {
    const known = ids.get(line);
    if (known !== undefined) return known;
    ids.set(line, ids.size);
    return ids.size - 1;
  });
}
