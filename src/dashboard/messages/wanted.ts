import { ALL, SYSTEM } from "../../contract/actor.ts";
import type { Message, Rung } from "../../contract/message.ts";
import type { Route } from "../route/route.ts";
import { RUNGS } from "./rungs.ts";

export const WHAT = ["direct", "broadcast", "system"] as const;
export type What = (typeof WHAT)[number];

/** Which messages are looked at; what is not set does not matter. */
export interface Wanted {
  /** One name: to or from them. Two: between these two. */
  who: string[];
  what?: What | undefined;
  rung?: Rung | undefined;
  /** Words that must all be in the text. */
  find?: string | undefined;
}

/** What an address asks for, in the room's parameters `who`, `what`, `rung` and `find`. */
export function wantedOf({ who, what, rung, find }: Route): Wanted {
  const names = (who ?? "").split(",").filter(Boolean).slice(0, 2);
  return {
    who: names,
    what: WHAT.find((one) => one === what),
    rung: RUNGS.find((one) => one === rung),
    find: find?.trim() || undefined,
  };
}

/** The parameters of the address that ask for nothing in particular. */
export const EVERYTHING = { who: undefined, what: undefined, rung: undefined, find: undefined };

/** The same for `goToRoom`, which takes texts only; no message is pointed at either. */
export const ANY: Record<string, string> = { who: "", what: "", rung: "", find: "", message: "", seq: "" };

export function isEverything({ who, what, rung, find }: Wanted): boolean {
  return who.length === 0 && !what && !rung && !find;
}

/** Whether a message is among those that are looked at: as the server finds them, and by what it cannot be asked for. */
export function matches(message: Message, { who, what, rung, find }: Wanted): boolean {
  if (what && what !== whatOf(message)) return false;
  if (rung && !Object.values(message.deliveries).some((each) => each.rung === rung)) return false;
  const [one, other] = who;
  if (one !== undefined && other === undefined && !(message.from === one || reaches(message, one))) return false;
  if (one !== undefined && other !== undefined && !isBetween(message, one, other)) return false;
  if (!find) return true;
  const text = message.content.toLowerCase();
  return find
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export function whatOf({ from, to }: Message): What {
  return from === SYSTEM ? "system" : to === ALL ? "broadcast" : "direct";
}

function isBetween(message: Message, one: string, other: string): boolean {
  return (message.from === one && reaches(message, other)) || (message.from === other && reaches(message, one));
}

function reaches({ to, deliveries }: Message, name: string): boolean {
  return to === name || Object.values(deliveries).some((each) => each.to === name);
}
