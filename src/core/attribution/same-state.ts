import type { FileState } from "../../contract/files.ts";

/** Whether two states of a path are the same: kind, content and, but for links, mode. `undefined`: nothing is there. */
export function sameState(a: FileState | undefined, b: FileState | undefined): boolean {
  if (!a || !b) return a === b;
  return a.kind === b.kind && a.blob === b.blob && (a.mode === b.mode || a.kind === "link");
}
