import type { Region } from "../../contract/files.ts";
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
