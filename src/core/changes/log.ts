import type { Actor } from "../../contract/actor.ts";
import type { Fact } from "../../contract/event.ts";
import { sameAuthor, type Author, type FileOperation, type FileState } from "../../contract/files.ts";
import type { View } from "../../contract/view.ts";
import { appendPatiently } from "../append.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { FolderStore } from "../ports/snapshots.ts";

/** Subject of every entry of the operation log. */
export const FILES = "files";
/** Subject of everything about snapshots. */
export const SNAPSHOTS = "snapshots";

/** Changes in one event: more are split, so that no event grows without bound. */
const AT_ONCE = 500;
/** Events read from the ledger at once. */
const PAGE = 2_000;

/** What a recorder needs of its workspace. */
interface Parts {
  ledger: Ledger;
  view(): View;
  newId(): string;
}

/** Makes entries of the operation log durable, as events of the workspace's ledger. */
export function recorder({ ledger, view, newId }: Parts, signal: AbortSignal) {
  return async (operations: readonly FileOperation[]): Promise<void> => {
    for (const fact of factsOf(operations)) {
      const actor = actorOf(authorOf(fact), view());
      await appendPatiently(ledger, { ...fact, id: newId(), actor, subject: FILES }, signal);
    }
  };
}

type FileFact = Extract<Fact, { type: `files.${FileOperation["type"]}` }>;

/** Entries as facts; changes of one author that follow each other become one. */
function factsOf(operations: readonly FileOperation[]): FileFact[] {
  const facts: FileFact[] = [];
  for (const { type, ...data } of operations) {
    if (type !== "changed") {
      facts.push({ type: `files.${type}`, data } as FileFact);
      continue;
    }
    const change = data as Extract<FileFact, { type: "files.changed" }>["data"]["changes"][number];
    const last = facts.at(-1);
    const first = last?.type === "files.changed" ? last.data.changes[0] : undefined;
    if (
      last?.type === "files.changed" &&
      first &&
      last.data.changes.length < AT_ONCE &&
      sameAuthor(first.author, change.author)
    )
      last.data.changes.push(change);
    else facts.push({ type: "files.changed", data: { changes: [change] } });
  }
  return facts;
}

function authorOf(fact: FileFact): Author | undefined {
  if (fact.type === "files.changed") return fact.data.changes[0]?.author;
  if (fact.type === "files.marked") return undefined;
  if (fact.type === "files.assigned") return fact.data.call === undefined ? { kind: "person" } : fact.data.author;
  return fact.data.by;
}

/** Who an author is to the ledger; one that is not known is nobody. */
export function actorOf(author: Author | undefined, { agents }: View): Actor {
  if (author?.kind === "person") return { kind: "human" };
  if (author?.kind !== "agent") return { kind: "system" };
  return { kind: "agent", id: author.agent, name: agents[author.agent]?.name ?? author.agent };
}

/** The operation log so far, in order. */
export async function readLog(ledger: Ledger): Promise<FileOperation[]> {
  const operations: FileOperation[] = [];
  for (let after = 0; ;) {
    const events = await ledger.read({ after, limit: PAGE, subject: FILES });
    for (const { type, data } of events) {
      if (type === "files.changed")
        operations.push(...data.changes.map((one) => ({ type: "changed" as const, ...one })));
      else if (type.startsWith("files."))
        operations.push({ type: type.slice("files.".length), ...data } as FileOperation);
    }
    const last = events.at(-1);
    if (!last || events.length < PAGE) return operations;
    after = last.seq;
  }
}

/**
 * What the folder held at the end of the log: what the log says, and for files it does not speak of the newest snapshot.
 * Undefined when there is none: then everything begins with what is there now.
 */
export async function filesAtEnd(
  ledger: Ledger,
  store: FolderStore,
  operations: readonly FileOperation[],
): Promise<Map<string, FileState> | undefined> {
  const taken = await ledger.read({ subject: SNAPSHOTS, type: "snapshot.taken", newest: true, limit: 20 });
  const kept = new Set((await store.list()).map(({ id }) => id));
  const base = taken.findLast((event) => event.type === "snapshot.taken" && kept.has(event.data.id));
  if (base?.type !== "snapshot.taken") return undefined;
  const files = await store.files(base.data.id);
  // All of it, not only what came later: a snapshot can hold a change that was never recorded, and whose it is must be asked.
  for (const operation of operations) replay(files, operation);
  return files;
}

function replay(files: Map<string, FileState>, operation: FileOperation): void {
  const changes =
    operation.type === "changed"
      ? [operation.change]
      : operation.type === "rolled_back" || operation.type === "rollback_undone"
        ? operation.files.map(({ change }) => change)
        : [];
  for (const { from } of changes) if (from !== undefined) files.delete(from);
  for (const { path, after } of changes) {
    if (after) files.set(path, after);
    else files.delete(path);
  }
}
