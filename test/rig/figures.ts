import { at, type Line, type Stand } from "./stands.ts";

/** How long a report may lag behind the truth before it counts as wrong. */
const LAG_MS = 300;
const STEP_MS = 5;
/** How long a question may be open before the report must not say "working" any more. */
const HELD_MS = 1_000;

/** What comparing reports with the truth gave. */
export interface Comparison {
  /** Changes of the truth whose moment the script knows. */
  changes: number;
  /** For each of them, ms until the report said so; Infinity when it did not before the next change. */
  noticed: number[];
  /** Samples, and those at which the report was wrong though the truth had held for longer than it may lag. */
  samples: number;
  wrong: { at: number; truth: Stand[]; reported: Stand | undefined }[];
  /** Samples that said "working" while a question had been open for over a second. */
  deaf: number;
  /** Samples at which the status was not sure. */
  unsure: number;
}

/** Compares two lines over the time for which the truth is known. */
export function compare(truth: Line<Stand[]>, reported: Line<Stand>, doubts: Line<boolean>): Comparison {
  const result: Comparison = { changes: 0, noticed: [], samples: 0, wrong: [], deaf: 0, unsure: 0 };
  let before: Stand | undefined;
  for (const [index, { at: from, is }] of truth.entries()) {
    const to = truth[index + 1]?.at;
    if (to === undefined) break;
    const [stand, ...others] = is;
    if (stand !== undefined && others.length === 0 && stand !== before) {
      result.changes += 1;
      result.noticed.push(noticedAfter(stand, from, to, reported));
      before = stand;
    }
    for (let moment = from; moment < to; moment += STEP_MS) {
      const said = at(reported, moment);
      result.samples += 1;
      if (at(doubts, moment)) result.unsure += 1;
      if (is.length === 1 && stand === "held" && moment - from > HELD_MS && said === "working") result.deaf += 1;
      if (moment - from > LAG_MS && !(said && is.includes(said)))
        result.wrong.push({ at: moment, truth: is, reported: said });
    }
  }
  return result;
}

function noticedAfter(stand: Stand, from: number, to: number, reported: Line<Stand>): number {
  if (at(reported, from) === stand) return 0;
  const said = reported.find((entry) => entry.at >= from && entry.at < to && entry.is === stand);
  return said ? said.at - from : Infinity;
}

/** The value below which this share of the numbers lies. */
export function percentile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
