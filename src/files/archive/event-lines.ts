import { ClustrError } from "../../contract/error.ts";
import type { Event, Fact } from "../../contract/event.ts";

/** Characters of one file of events; one event that is longer has a file for itself. */
export const PART_SIZE = 4_000_000;

const TYPE = /^[a-z_]{1,40}\.[a-z_]{1,60}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** One event as a line of an export. */
export function lineOf({ seq, id, at, actor, subject, type, data }: Event<Fact>): string {
  return `${JSON.stringify({ seq, id, at, actor, subject, type, data })}\n`;
}

/** The events of a file of lines; the first must have position `first`. Throws `invalid` for what no ledger holds. */
export function eventsIn(text: string, first: number): Event<Fact>[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw broken(first);
  return lines.map((line, i) => {
    const event = parsed(line) as Partial<Record<keyof Event, unknown>> | undefined;
    const sound =
      event?.seq === first + i &&
      isKey(event.id) &&
      isKey(event.subject) &&
      typeof event.type === "string" &&
      TYPE.test(event.type) &&
      typeof event.at === "string" &&
      TIME.test(event.at) &&
      isActor(event.actor) &&
      isObject(event.data);
    if (!sound) throw broken(first + i);
    return event as Event<Fact>;
  });
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKey(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value.length <= 1_000;
}

function isActor(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, id, name } = value as { kind?: unknown; id?: unknown; name?: unknown };
  return kind === "human" || kind === "system" || (kind === "agent" && isKey(id) && isKey(name));
}

function broken(seq: number): ClustrError {
  return new ClustrError("invalid", `Event ${seq} of this file is none that a ledger holds. Nothing was imported.`);
}
