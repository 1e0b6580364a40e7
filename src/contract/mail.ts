import type { Message, Rung } from "./message.ts";
import { emptySorted, valueAt, valuesOf, without, withValue, type Sorted } from "./sorted.ts";

/**
 * The messages of a view, and where to look for them: by position, by id, by inbox. Never changed; each function here
 * that changes something gives a new one, at a cost that does not grow with the number of messages.
 */
export interface Mail {
  /** By their positions in the ledger. */
  all: Sorted<Message>;
  /** Positions, by `digestOf` the id. */
  ids: Sorted<number[]>;
  /** Positions of those nobody but a person has yet to see. */
  settled: Sorted<number>;
  /** By agent's id, or `human`; without those that hold nothing. */
  inboxes: Record<string, Inbox>;
}

/** Positions of what was sent to one recipient, as long as something may come of it. */
interface Inbox {
  /** Queued, or handed over. */
  waiting: Sorted<number>;
  /** Seen, read or dropped, and not answered. */
  met: Sorted<number>;
}

type Shelf = keyof Inbox;

/** What stands on these rungs for a recipient is looked for there; what is over, nowhere. */
const SHELVES: Record<Rung, Shelf | undefined> = {
  queued: "waiting",
  handed: "waiting",
  seen: "met",
  dropped: "met",
  read: "met",
  answered: undefined,
  undeliverable: undefined,
};

/** Ids are told apart by so many numbers first, then by themselves. */
const DIGESTS = 32_768;

export function emptyMail(): Mail {
  return { all: emptySorted(), ids: emptySorted(), settled: emptySorted(), inboxes: {} };
}

/** All messages, in the order in which they were sent. The same list for the same mail. */
export function listOf(mail: Mail): readonly Message[] {
  const known = lists.get(mail) ?? [...valuesOf(mail.all)];
  lists.set(mail, known);
  return known;
}
const lists = new WeakMap<Mail, Message[]>();

export function messageById(mail: Mail, id: string): Message | undefined {
  for (const seq of valueAt(mail.ids, digestOf(id)) ?? []) {
    const message = valueAt(mail.all, seq);
    if (message?.id === id) return message;
  }
  return undefined;
}

/** What waits in an inbox to be seen, in order. */
export function waitingIn(mail: Mail, inbox: string): Message[] {
  return shelf(mail, inbox, "waiting");
}

/** What was seen in an inbox, and not answered, in order. */
export function metIn(mail: Mail, inbox: string): Message[] {
  return shelf(mail, inbox, "met");
}

/** How many wait in an inbox. */
export function countWaiting(mail: Mail, inbox: string): number {
  return inboxAt(mail, inbox)?.waiting.size ?? 0;
}

/** With a message, new or in the place of an older form of it. */
export function withMessage(mail: Mail, message: Message): Mail {
  const was = valueAt(mail.all, message.seq);
  return {
    all: withValue(mail.all, message.seq, message),
    ids: was ? mail.ids : withId(mail.ids, message),
    settled: (isSettled(message) ? withValue<number> : without<number>)(mail.settled, message.seq, message.seq),
    inboxes: shelved(mail.inboxes, message.seq, was?.deliveries ?? {}, message.deliveries),
  };
}

/** Without its oldest settled messages beyond `most`; unsettled ones are still needed and have a cap of their own. */
export function trimmed(mail: Mail, most: number): Mail {
  let left = mail;
  while (left.settled.size > most) {
    const [oldest] = valuesOf(left.settled);
    const message = oldest === undefined ? undefined : valueAt(left.all, oldest);
    if (!message) break;
    left = withoutMessage(left, message);
  }
  return left;
}

function withoutMessage(mail: Mail, { seq, id, deliveries }: Message): Mail {
  const digest = digestOf(id);
  const others = (valueAt(mail.ids, digest) ?? []).filter((other) => other !== seq);
  return {
    all: without(mail.all, seq),
    ids: others.length > 0 ? withValue(mail.ids, digest, others) : without(mail.ids, digest),
    settled: without(mail.settled, seq),
    inboxes: shelved(mail.inboxes, seq, deliveries, {}),
  };
}

function shelf(mail: Mail, inbox: string, name: Shelf): Message[] {
  const places = inboxAt(mail, inbox)?.[name];
  return places ? [...valuesOf(places)].flatMap((seq) => valueAt(mail.all, seq) ?? []) : [];
}

function inboxAt({ inboxes }: Mail, inbox: string): Inbox | undefined {
  return Object.hasOwn(inboxes, inbox) ? inboxes[inbox] : undefined;
}

/** Inboxes after the deliveries of the message at `seq` have changed. */
function shelved(
  inboxes: Mail["inboxes"],
  seq: number,
  was: Message["deliveries"],
  now: Message["deliveries"],
): Mail["inboxes"] {
  let next = inboxes;
  for (const inbox of new Set([...Object.keys(was), ...Object.keys(now)])) {
    const from = shelfOf(was, inbox);
    const to = shelfOf(now, inbox);
    if (from === to) continue;
    let { waiting, met } = (Object.hasOwn(next, inbox) && next[inbox]) || EMPTY;
    if (from === "waiting") waiting = without(waiting, seq);
    if (from === "met") met = without(met, seq);
    if (to === "waiting") waiting = withValue(waiting, seq, seq);
    if (to === "met") met = withValue(met, seq, seq);
    const { [inbox]: _was, ...others } = next;
    next = waiting.size + met.size > 0 ? { ...others, [inbox]: { waiting, met } } : others;
  }
  return next;
}
const EMPTY: Inbox = { waiting: emptySorted(), met: emptySorted() };

function shelfOf(deliveries: Message["deliveries"], inbox: string): Shelf | undefined {
  const rung = Object.hasOwn(deliveries, inbox) ? deliveries[inbox]?.rung : undefined;
  return rung && SHELVES[rung];
}

/** Whether nothing more has to happen with a message. */
function isSettled({ deliveries }: Message): boolean {
  return Object.keys(deliveries).every((inbox) => inbox === "human" || shelfOf(deliveries, inbox) !== "waiting");
}

function withId(ids: Mail["ids"], { id, seq }: Message): Mail["ids"] {
  const digest = digestOf(id);
  return withValue(ids, digest, [...(valueAt(ids, digest) ?? []), seq]);
}

/** A number below `DIGESTS` for an id. */
function digestOf(id: string): number {
  let digest = 0;
  for (let i = 0; i < id.length; i++) digest = (Math.imul(digest, 31) + id.charCodeAt(i)) >>> 0;
  return digest % DIGESTS;
}
