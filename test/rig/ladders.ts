import type { EventRecord } from "../../src/contract/operations/events.ts";
import type { Rung } from "../../src/contract/message.ts";

/** What became of one message for one recipient, as the ledger tells it. Times in ms since 1970. */
export interface Climb {
  id: string;
  content: string;
  inbox: string;
  rung: Rung;
  why: string | undefined;
  channel: string;
  /** How often a channel took it. */
  handed: number;
  sentAt: number;
  seenAt: number | undefined;
}

const RUNGS: Record<string, Rung> = {
  "message.handed": "handed",
  "message.returned": "queued",
  "message.seen": "seen",
  "message.read": "read",
  "message.dropped": "dropped",
  "message.undeliverable": "undeliverable",
};

/** Every message for every recipient, told from the events alone: no view is asked, which forgets what is settled. */
export function laddersOf(events: EventRecord[]): Climb[] {
  const climbs = new Map<string, Climb>();
  for (const { type, at, data } of events) {
    if (type === "message.sent") {
      const { id, content, recipients } = data as {
        id: string;
        content: string;
        recipients: { inbox: string }[];
      };
      for (const { inbox } of recipients)
        climbs.set(`${inbox}/${id}`, {
          ...{ id, content, inbox, rung: "queued", why: undefined, channel: "none", handed: 0 },
          ...{ sentAt: Date.parse(at), seenAt: undefined },
        });
    }
    const rung = RUNGS[type];
    if (rung === undefined) continue;
    const { ids, inbox, why, channel } = data as { ids: string[]; inbox: string; why?: string; channel?: string };
    for (const id of ids) {
      const climb = climbs.get(`${inbox}/${id}`);
      if (!climb) throw new Error(`${type} tells of a message ${id} that was never sent to ${inbox}.`);
      // Evidence that a model saw it can be on record before the note that it was handed over.
      const late = climb.seenAt !== undefined && (rung === "handed" || rung === "queued");
      if (!late) Object.assign(climb, { rung, why });
      if (rung === "handed") climb.handed += 1;
      if (channel !== undefined) climb.channel = channel;
      if (rung === "seen" || rung === "read") climb.seenAt ??= Date.parse(at);
    }
  }
  return [...climbs.values()];
}

/** How often each value occurs, in words: `turn 61 %, socket 39 %`. */
export function shareOf(values: string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([value, count]) => `${value} ${((100 * count) / values.length).toFixed(1)} %`)
    .join(", ");
}

/** Median, 95th percentile and maximum of times in milliseconds. */
export function spread(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}
