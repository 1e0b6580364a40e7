import type { FileState, Region } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { FileContent } from "../ports/tree.ts";

/** What a file must hold after a call; without content it must be gone. */
export interface Outcome {
  content?: FileContent | undefined;
  regions?: readonly Region[] | undefined;
}

/** What the tool's input says a file must hold after the call: as it is, or from what the file held before it. */
export interface Expected extends Outcome {
  path: string;
  from?: string | undefined;
  /** Undefined when it cannot be told: the call's window then decides. */
  result?(before: FileContent | undefined): Outcome | undefined;
}

/** What became of a file that held this before the call; undefined when it cannot be told. */
export function outcomeOf(
  { result, content, regions }: Expected,
  before: FileContent | undefined,
): Outcome | undefined {
  return result ? result(before) : { content, regions };
}

/** The same as a state of the folder. The tool does not say which mode it gives: that of what is there counts. */
export async function stateAfter(
  { content }: Outcome,
  there: FileContent | undefined,
  blobs: Blobs,
): Promise<FileState | undefined> {
  if (!content) return undefined;
  const { kind, mode } = there?.kind === content.kind ? there : content;
  return { kind, mode, blob: await blobs.put(content.bytes) };
}
