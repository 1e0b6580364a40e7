import type { Event } from "../../contract/event.ts";
import { shownPath, type Author } from "../../contract/files.ts";
import type { Known, Said } from "./said.ts";
import { factOf } from "./words.ts";

/** File changes of one author that follow one another within this time are one burst. */
const BURST_MS = 60_000;

/** One thing that happened, as it is shown: several events may be one, and some say nothing new. */
export interface Entry extends Said {
  /** Of its newest event. */
  seq: number;
  key: string;
  at: string;
  type: Event["type"];
  /** Whose lane it stands in: an agent's id, `human` or `system`. */
  lane: string;
  /** Lanes it reaches: the recipients of a message. */
  to: string[];
}

/** Entries in the order in which things happened. `names`: of agents that are there, by id. */
export function entriesOf(events: readonly Event[], names: ReadonlyMap<string, string>): Entry[] {
  const known: Known = { names: new Map(names), status: new Map(), item: new Map() };
  for (const { actor, ...event } of events) {
    if (actor.kind === "agent") known.names.set(actor.id, actor.name);
    if (event.type === "agent.spawned" || event.type === "agent.joined")
      known.names.set(event.data.agent.id, event.data.agent.name);
    if (event.type === "agent.forgotten") known.names.set(event.data.agent.id, event.data.agent.name);
    if (event.type === "agent.removed") known.names.set(event.data.id, event.data.name);
  }
  const entries: Entry[] = [];
  for (const event of events) {
    if (event.type === "files.changed") {
      addChanges(entries, event, known);
      continue;
    }
    const said = factOf(event, known);
    if (!said) continue;
    const { lane = laneOf(event), to = [], ...rest } = said;
    entries.push({ ...rest, lane, to, seq: event.seq, key: event.id, at: event.at, type: event.type });
  }
  return entries;
}

/** Changes by author: a burst grows as long as its author goes on and nobody else does anything. */
function addChanges(entries: Entry[], event: Extract<Event, { type: "files.changed" }>, known: Known): void {
  const byLane = new Map<string, { author: Author; paths: string[] }>();
  for (const { author, change } of event.data.changes) {
    const lane = author.kind === "agent" ? author.agent : author.kind === "person" ? "human" : "system";
    const one = byLane.get(lane) ?? { author, paths: [] };
    one.paths.push(shownPath(change.path));
    byLane.set(lane, one);
  }
  for (const [lane, { author, paths }] of byLane) {
    const last = entries.at(-1);
    const grows =
      last?.type === "files.changed" && last.lane === lane && Date.parse(event.at) - Date.parse(last.at) < BURST_MS;
    const all = [...new Set([...(grows ? (last.paths ?? []) : []), ...paths])];
    if (grows) entries.pop();
    const by = lane === "human" ? "human" : (known.names.get(lane) ?? "somebody");
    const [only] = all;
    entries.push({
      ...{
        seq: event.seq,
        key: grows ? last.key : `${event.id} ${lane}`,
        at: event.at,
        type: event.type,
        lane,
        to: [],
      },
      by,
      does: all.length === 1 ? "changed" : `changed ${all.length} files`,
      about: all.length === 1 ? only : all.slice(0, 6).join(", "),
      paths: all,
      ...(author.kind === "agent" && {
        goal: { room: "changes", agent: by, ...(all.length === 1 && only && { file: only }) },
      }),
    });
  }
}

function laneOf({ actor }: Event): string {
  return actor.kind === "agent" ? actor.id : actor.kind;
}
