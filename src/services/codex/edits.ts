import { resolve } from "node:path";
import type { Edit } from "../../core/ports/service.ts";
import { replaced, type Replacement } from "../edits.ts";
import type { FileUpdate } from "./protocol.ts";

/**
 * What an applied patch must have left behind. Codex itself tells it, as a diff against what it found: where that does not
 * fit what the file held before, somebody else was faster and nothing can be told.
 */
export function editsOf(changes: readonly FileUpdate[], cwd: string): Edit[] {
  return changes.map(({ path: name, kind, diff }): Edit => {
    const path = resolve(cwd, name);
    switch (kind.type) {
      case "add":
        return { path, result: () => ({ bytes: Buffer.from(diff) }) };
      case "delete":
        return { path, result: () => "gone" };
      case "update": {
        const moved = kind.move_path ?? undefined;
        const result: Edit["result"] = (before) => patched(before, diff);
        return moved === undefined ? { path, result } : { path: resolve(cwd, moved), from: path, result };
      }
      default:
        return { path, result: () => undefined };
    }
  });
}

function patched(before: Uint8Array | undefined, diff: string): ReturnType<Edit["result"]> {
  const text = before && Buffer.from(before).toString();
  if (text === undefined || !Buffer.from(text).equals(before ?? Buffer.alloc(0))) return undefined;
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length);
  const found: Replacement[] = [];
  for (const { first, steps } of hunksOf(diff)) {
    let at = first;
    let open: Replacement | undefined;
    for (const { kind, line } of steps) {
      if (kind !== "+" && lines[at] !== line) return undefined;
      if (kind === " ") open = undefined;
      else if (!open) {
        open = { from: starts[at] ?? text.length, to: starts[at] ?? text.length, by: "" };
        found.push(open);
      }
      if (kind !== "+") at += 1;
      if (open && kind === "-") open.to = starts[at] ?? text.length;
      if (open && kind === "+") open.by += line;
    }
  }
  const { text: after, regions } = replaced(text, found);
  return { bytes: Buffer.from(after), regions };
}

interface Hunk {
  /** The line it begins at, counted from 0. */
  first: number;
  /** Lines with their ends: that stay, go and come. */
  steps: { kind: string; line: string }[];
}

/** The hunks of a unified diff. What follows the last one (where a file went to) is no part of it. */
function hunksOf(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  let [left, right] = [0, 0];
  for (const text of diff.split("\n")) {
    const kind = text.charAt(0);
    const steps = hunks.at(-1)?.steps;
    const last = steps?.at(-1);
    if (kind === "\\" && last) last.line = last.line.slice(0, -1);
    else if (steps && left + right > 0) {
      steps.push({ kind, line: `${text.slice(1)}\n` });
      if (kind !== "+") left -= 1;
      if (kind !== "-") right -= 1;
    } else {
      const [, start, size = "1", to = "1"] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text) ?? [];
      if (start === undefined) continue;
      [left, right] = [Number(size), Number(to)];
      // A place without lines is named by the line before it.
      hunks.push({ first: Number(start) - (left === 0 ? 0 : 1), steps: [] });
    }
  }
  return hunks;
}
