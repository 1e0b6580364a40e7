import { VALUE_LIMIT, KEYS_LIMIT, type ContextEntry, type ContextRevision } from "../contract/context.ts";
import { inboxOf, nameOf } from "../contract/actor.ts";
import { ClustrError } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import { byteLength } from "../contract/fold-messages.ts";
import type { context } from "../contract/operations/context.ts";
import { held, revisionOf, type EntryPreview, type View } from "../contract/view.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";
import { newestFirst } from "./look-back.ts";
import type { Ledger } from "./ports/ledger.ts";

/** Characters of values in one answer of the history. */
const HISTORY_SIZE = 2_000_000;
/** Revisions read at once. */
const PAGE = 50;

const subject = (key: string): string => `context/${key}`;

/** Shared context: labelled notes with revisions, compare-and-set and history. */
export const contextHandlers: Handlers<typeof context, WorkspaceCall> = {
  "context.list": async (call) => whole(call.ledger, Object.values(call.view().context)),

  "context.read": async (call, { key }) => {
    // First to be told of changes, then what there is: a write in between is in one of the two.
    if (call.caller.actor.kind === "agent" && key !== undefined) await remember(call, key);
    const { context } = call.view();
    const found =
      key === undefined ? Object.values(context) : [held(context, key)].filter((entry) => entry !== undefined);
    return { entries: await whole(call.ledger, found) };
  },

  "context.get": async (call, { key }) => {
    const entry = held(call.view().context, key);
    if (!entry) throw missing(key);
    const [found] = await whole(call.ledger, [entry]);
    if (!found) throw missing(key);
    return found;
  },

  "context.write": (call, input) => write(call, input),

  "context.remove": async (call, { key, expect_revision }) => {
    const made = await call.decide(subject(key), (view) => {
      if (!held(view.context, key)) throw missing(key);
      expectRevision(view, key, expect_revision);
      return { type: "context.removed", data: { key, revision: (revisionOf(view, key) ?? 0) + 1 } };
    });
    const { data } = ofType(made, "context.removed");
    return { key: data.key, revision: data.revision };
  },

  "context.history": async (call, { key, before, limit }) => {
    const revisions: ContextRevision[] = [];
    let size = 0;
    let known = false;
    for await (const revision of revisionsOf(call.ledger, key)) {
      known = true;
      if (before !== undefined && revision.revision >= before) continue;
      size += revision.value?.length ?? 0;
      if (size > HISTORY_SIZE && revisions.length > 0) break;
      if (revisions.push(revision) === limit) break;
    }
    if (!known) throw missing(key);
    return revisions;
  },

  "context.restore": async (call, { key, revision: wanted, expect_revision }) => {
    for await (const { revision, value } of revisionsOf(call.ledger, key)) {
      if (revision !== wanted) continue;
      if (value === undefined)
        throw new ClustrError(
          "invalid",
          `Revision ${wanted} removed "${key}"; nothing was changed. Restore one before it.`,
        );
      return write(call, { key, value, expect_revision });
    }
    throw new ClustrError("not_found", `"${key}" has no revision ${wanted}; nothing was changed.`);
  },
};

async function write(
  call: WorkspaceCall,
  { key, value, expect_revision }: { key: string; value: string; expect_revision?: number | undefined },
): Promise<ContextEntry> {
  const bytes = byteLength(value);
  if (bytes > VALUE_LIMIT) {
    throw new ClustrError(
      "too_large",
      `The value has ${bytes} bytes; at most ${VALUE_LIMIT} are possible. Put it into a file and note its path.`,
    );
  }
  const event = await call.decide(subject(key), async (view) => {
    expectRevision(view, key, expect_revision);
    if (!held(view.context, key) && Object.keys(view.context).length >= KEYS_LIMIT) {
      throw new ClustrError(
        "limited",
        `There are ${KEYS_LIMIT} keys already; nothing was written. Remove some that no longer hold.`,
      );
    }
    return {
      type: "context.written",
      data: { key, value, revision: (await lastRevision(call.ledger, view, key)) + 1 },
    };
  });
  return entryOf(event);
}

/** Every write and removal of a key, the newest first. */
async function* revisionsOf(ledger: Ledger, key: string): AsyncIterable<ContextRevision> {
  for await (const event of newestFirst(ledger, { subject: subject(key) }, PAGE)) {
    const { seq, at, actor } = event;
    if (event.type === "context.written") yield entryOf(event);
    if (event.type === "context.removed") yield { key, revision: event.data.revision, by: nameOf(actor), at, seq };
  }
}

/** Last revision of a key, 0 when it was never used: the view lets go of those that were removed long ago. */
async function lastRevision(ledger: Ledger, view: View, key: string): Promise<number> {
  const known = revisionOf(view, key);
  if (known !== undefined) return known;
  for await (const { revision } of revisionsOf(ledger, key)) return revision;
  return 0;
}

/** Entries with their full values: the view holds only the beginning of long ones. */
export async function whole(ledger: Ledger, entries: EntryPreview[]): Promise<ContextEntry[]> {
  const sorted = entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return Promise.all(
    sorted.map(async ({ size, ...entry }) => {
      if (entry.value.length === size) return entry;
      const [event] = await ledger.read({ after: entry.seq - 1, before: entry.seq + 1, limit: 1 });
      return event ? entryOf(event) : entry;
    }),
  );
}

/** Notes that an agent reads a key, once per key: from then on it is told of changes. */
async function remember(call: WorkspaceCall, key: string): Promise<void> {
  const inbox = inboxOf(call.caller.actor);
  const { readers } = call.view();
  const known = held(readers, key);
  // Whoever asks for ever new keys that nobody wrote must not fill the view.
  if (known?.[inbox] !== undefined || (!known && Object.keys(readers).length >= KEYS_LIMIT)) return;
  const revision = revisionOf(call.view(), key) ?? 0;
  await call.decide(`readers/${key}`, () => ({ type: "context.read", data: { key, inbox, revision } }));
}

function expectRevision(view: View, key: string, expected: number | undefined): void {
  if (expected === undefined) return;
  const entry = held(view.context, key);
  const revision = entry?.revision ?? 0;
  if (revision === expected) return;
  throw new ClustrError(
    "conflict",
    entry
      ? `"${key}" is at revision ${revision} by ${entry.by}, not ${expected}; nothing was changed. Read it, merge, and write with expect_revision ${revision}.`
      : `"${key}" does not exist (any more), so revision ${expected} was not found; nothing was changed. Write with expect_revision 0 to create it.`,
    { details: { key, revision } },
  );
}

function entryOf(event: Event): ContextEntry {
  const { data, actor, at, seq } = ofType(event, "context.written");
  return { key: data.key, value: data.value, revision: data.revision, by: nameOf(actor), at, seq };
}

function missing(key: string): ClustrError {
  return new ClustrError("not_found", `Nothing is written under "${key}". List the keys with \`clustr context list\`.`);
}
