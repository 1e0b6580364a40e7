import type { Evidence } from "../core/ports/service.ts";

/** What an agent may be doing. `failed`: its last turn ended in a failure, or its program has ended. */
export type Doing = "starting" | "working" | "waiting" | "idle" | "failed";

/**
 * How far a source is to be believed; the earlier ones outrank the later ones.
 * - `final`: the process. Once it says anything, nothing else counts.
 * - `told`: hears of each change as it happens, but can miss one (hooks).
 * - `shown`: shows at any time what is, a little late (a status file, a server that can be asked).
 * - `hint`: made for people's eyes (title, screen). Supports others, raises doubt, and counts alone only when nothing better speaks.
 */
export type Weight = "final" | "told" | "shown" | "hint";

/** What one source tells at one moment. All times are ms since 1970, of one clock. */
export interface Witness {
  /** Its name for people: `hooks`, `title`, … */
  source: string;
  weight: Weight;
  /**
   * All that may be, by its account, the likeliest first: a title that looks the same at rest and in a dialog says
   * `["idle", "waiting"]`. Empty: it tells nothing (yet).
   */
  says: readonly Doing[];
  /** When it began to say so; 0 when it does not tell. */
  since: number;
  /** When it last said anything, if that is later: each hook renews what the ones before it said. */
  heard?: number | undefined;
  /** What exactly is being done or waited for. */
  detail?: string | undefined;
  /** What to show people instead of the usual words for `says`. */
  words?: string | undefined;
}

/** What follows from all sources together. */
export interface Verdict {
  status: Doing;
  /** The source it follows; undefined when no source says anything. */
  by: string | undefined;
  /** False when sources have contradicted each other for over SETTLE ms, and no rule tells which is right: the status then stands. */
  sure: boolean;
  /** Why it is not sure, for people. */
  doubt: string | undefined;
  /** The detail of the source it follows. */
  activity: string | undefined;
  /** What each source says, in the order given. */
  evidence: Evidence[];
  /** Milliseconds after which age alone may change this; undefined: only new evidence can. */
  again: number | undefined;
}

/** Milliseconds a source must have contradicted a better one before that means anything: they hear of a change at their own times. */
export const SETTLE = 1_000;
/** The same, when two sources of which one is `shown` contradict it with one voice. */
export const GLANCE = 100;
/** Milliseconds of silence after which a `told` source is taken to have missed something. */
export const STALE = 5_000;

/** In the words of people. */
export const WORDS: Record<Doing, string> = {
  starting: "starting",
  working: "working",
  waiting: "waiting for an answer",
  idle: "idle",
  failed: "failed",
};
const RANK: Record<Weight, number> = { final: 0, told: 1, shown: 2, hint: 3 };

/**
 * The one place where sources of evidence are weighed against each other. Pure: the same witnesses at the same `now` give
 * the same verdict.
 *
 * The best source that says anything holds. One below it that contradicts it (nothing it says is possible by the other)
 * overrules it only when the holder is `told`, and
 * 1. it is `shown`, began to say so after the holder's last word, and has stood for SETTLE ms; for GLANCE ms when another
 *    source seconds it, likewise after the holder's last word (Esc: no hook tells, file and title do);
 * 2. it is `shown`, the holder has been silent for STALE ms, and no other source backs the holder;
 * 3. it is `shown`, says `waiting` and nothing else, and the holder has been silent for SETTLE ms: dialogs are what hooks
 *    miss, and nothing goes on until somebody answers;
 * 4. it is a `hint`, nothing `shown` speaks, and both the hint and the holder's silence are STALE ms old.
 * That work began is told reliably: a source below overrules `idle` or `failed` by `working` only when another seconds it.
 */
export function believe(witnesses: readonly Witness[], now: number): Verdict {
  const evidence = witnesses.map(evidenceOf);
  const speaking = witnesses
    .filter(({ says }) => says.length > 0)
    .toSorted((one, other) => RANK[one.weight] - RANK[other.weight]);
  const [holder] = speaking;
  if (holder === undefined)
    return {
      status: "starting",
      by: undefined,
      sure: true,
      doubt: undefined,
      activity: undefined,
      evidence,
      again: undefined,
    };
  const against = holder.weight === "final" ? [] : speaking.filter((other) => !agree(holder, other));
  const heldFrom = lastWord(holder);
  let again = Infinity;
  for (const one of against) {
    const from = overrulesFrom(one, holder, speaking);
    if (from <= now) return { ...follow(one), sure: true, doubt: undefined, evidence, again: undefined };
    again = Math.min(again, from);
  }
  const opposed = against.map((one) => ({ one, from: Math.max(one.since, heldFrom) + SETTLE }));
  for (const { from } of opposed) if (from > now) again = Math.min(again, from);
  const stands = opposed.find(({ from }) => from <= now)?.one;
  return {
    ...follow(holder),
    sure: stands === undefined,
    doubt: stands && `${holder.source}: ${wordsOf(holder)}, but ${stands.source}: ${wordsOf(stands)}`,
    evidence,
    again: again === Infinity ? undefined : again - now,
  };
}

function follow({ says, source, detail }: Witness): Pick<Verdict, "status" | "by" | "activity"> {
  return { status: says[0] ?? "starting", by: source, activity: detail };
}

/** From when on one source overrules a better one that it contradicts; Infinity: only after new evidence. */
function overrulesFrom(one: Witness, holder: Witness, all: readonly Witness[]): number {
  if (holder.weight !== "told") return Infinity;
  const word = lastWord(holder);
  const others = all.filter((other) => other !== one && other !== holder);
  const seconds = others.filter((other) => agree(one, other) && !agree(holder, other));
  const begins = one.says[0] === "working" && holder.says.every((doing) => doing === "idle" || doing === "failed");
  if (begins && seconds.length === 0) return Infinity;
  const stale = word + STALE;
  if (one.weight === "hint")
    return others.some(({ weight }) => weight === "shown") ? Infinity : Math.max(one.since + STALE, stale);
  const newer = one.since > word ? one.since + SETTLE : Infinity;
  const together = Math.min(
    ...seconds.map((other) =>
      Math.min(one.since, other.since) > word ? Math.max(one.since, other.since) + GLANCE : Infinity,
    ),
  );
  const backed = others.some((other) => agree(holder, other) && !agree(one, other));
  const asks = one.says.every((doing) => doing === "waiting") ? Math.max(one.since, word) + SETTLE : Infinity;
  return Math.min(newer, together, asks, backed ? Infinity : Math.max(stale, one.since + SETTLE));
}

function agree(one: Witness, other: Witness): boolean {
  return one.says.some((doing) => other.says.includes(doing));
}

function lastWord({ since, heard = 0 }: Witness): number {
  return Math.max(since, heard);
}

/** Sources are never quoted beyond what they say: what may be one of two things is shown as such. */
function wordsOf({ says, words }: Witness): string {
  return words ?? (says.length === 0 ? "nothing yet" : says.map((doing) => WORDS[doing]).join(" or "));
}

function evidenceOf(witness: Witness): Evidence {
  const { source, since, heard, detail } = witness;
  const at = Math.max(since, heard ?? 0);
  return {
    source,
    says: wordsOf(witness),
    ...(at > 0 ? { at } : {}),
    ...(detail === undefined ? {} : { detail }),
  };
}
