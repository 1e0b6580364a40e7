import type { FileChange } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import { agentAuthor, isBy } from "./author.ts";
import { outcomeOf, stateAfter, type Expected } from "./expected.ts";
import type { History } from "./history.ts";
import type { Known } from "./known.ts";
import { authorOf, type Call } from "./windows.ts";

/**
 * A change of unknown author that was seen before its call was over, because a look came in between or the server had died:
 * the seq of the newest one to the file, if it came after the call began, may be the agent's, and is exactly what the tool's
 * input makes of what the file held before. One line more or less, and it stays unknown.
 */
export async function provenBy(
  call: Call,
  expected: Expected,
  { history, known, blobs }: { history: History; known: Known; blobs: Blobs },
): Promise<number | undefined> {
  const { agent, since = Infinity } = call;
  const newest = history.operations.findLast(
    (one) => one.seq <= since || pathsOf(one).some((path) => path === expected.path || path === expected.from),
  );
  if (newest?.type !== "changed" || newest.seq <= since || authorOf(call).kind !== "agent") return undefined;
  const { seq, change } = newest;
  const author = history.authors.get(seq);
  if (!author || isBy(author, agentAuthor(agent)) !== "perhaps") return undefined;
  return (await isOutcome(change, expected, known, blobs)) ? seq : undefined;
}

async function isOutcome(change: FileChange, expected: Expected, known: Known, blobs: Blobs): Promise<boolean> {
  const { path, from, before, after } = change;
  if (path !== expected.path || from !== expected.from || (before && after && before.mode !== after.mode)) return false;
  const outcome = outcomeOf(expected, await known.content(before));
  const state = outcome && (await stateAfter(outcome, undefined, blobs));
  return outcome !== undefined && state?.kind === after?.kind && state?.blob === after?.blob;
}

/** Paths of which an entry of the log says something. */
function pathsOf(operation: History["operations"][number]): string[] {
  const changes =
    operation.type === "changed"
      ? [operation.change]
      : "files" in operation
        ? operation.files.map(({ change }) => change)
        : [];
  return changes.flatMap(({ path, from }) => (from === undefined ? [path] : [path, from]));
}
