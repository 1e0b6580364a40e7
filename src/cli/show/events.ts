import { nameOf, type Actor } from "../../contract/actor.ts";
import { shownPath } from "../../contract/files.ts";
import { firstLine, type Style } from "./style.ts";
import { cut } from "./table.ts";

/** An event as any surface gives it; types that this version does not know are shown all the same. */
export interface ShownEvent {
  seq: number;
  at: string;
  actor: { kind: string };
  type: string;
  data: unknown;
}

/** Fields that say what an event is about, in the order they are looked for. */
const TELLING = [
  "content",
  "key",
  "title",
  "working_on",
  "reason",
  "activity",
  "why",
  "message",
  "status",
  "task",
  "name",
  "label",
  "mark",
  "path",
  "text",
];

/** Paths that are named of an event about many files. */
const NAMED = 5;

/** One event in one line. */
export function showEvent(event: ShownEvent, style: Style): string {
  const time = event.at.slice(11, 19);
  const head = `${String(event.seq).padStart(6)}  ${time}  ${nameOf(event.actor as Actor).padEnd(12)}  ${event.type.padEnd(20)}`;
  const room = style.columns === undefined ? 200 : Math.max(20, style.columns - head.length - 2);
  const text = cut(summary(event.data), room);
  return `${style.paint("dim", head.slice(0, 18))}${style.paint("bold", head.slice(18, 30))}${head.slice(30)}  ${text}`.trimEnd();
}

function summary(data: unknown): string {
  if (typeof data !== "object" || data === null) return "";
  const record = data as Record<string, unknown>;
  const files = pathsOf(record["changes"] ?? record["files"]);
  if (files.length > 0)
    return firstLine(
      files.slice(0, NAMED).join(", ") + (files.length > NAMED ? ` and ${files.length - NAMED} more` : ""),
    );
  const inner = typeof record["agent"] === "object" ? summary(record["agent"]) : "";
  const to = typeof record["to"] === "string" ? `→ ${record["to"]}: ` : "";
  const key = TELLING.find((name) => typeof record[name] === "string");
  return `${to}${key === undefined ? "" : firstLine(String(record[key]))}${inner}`;
}

/** Paths of the changes in an entry of the operation log. */
function pathsOf(changes: unknown): string[] {
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((one: { change?: { path?: unknown } } | null) =>
    typeof one?.change?.path === "string" ? [shownPath(one.change.path)] : [],
  );
}

/** Events in order, each as `showEvent` has it. */
export function showEvents(events: ShownEvent[], style: Style): string {
  if (events.length === 0) return "No events here.";
  return events.map((event) => showEvent(event, style)).join("\n");
}
