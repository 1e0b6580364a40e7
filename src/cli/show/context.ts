import type { ContextEntry, ContextRevision } from "../../contract/context.ts";
import { ago, firstLine, plain, type Style } from "./style.ts";
import { table } from "./table.ts";

/** A table of notes, values cut to a line. */
export function showEntries(entries: ContextEntry[], style: Style): string {
  if (entries.length === 0) return "No shared context yet. Write a note with: clustr context set KEY VALUE";
  const rows = entries.map((entry) => [
    plain(entry.key),
    String(entry.revision),
    entry.by,
    ago(entry.at, style.now),
    firstLine(entry.value),
  ]);
  return table(style, ["KEY", "REV", "BY", "WHEN", "VALUE"], rows, (cell, column) =>
    column === 0 ? style.paint("bold", cell) : cell,
  );
}

/** The value alone, so that it can be piped on; made safe only for a screen. */
export function showValue(entry: ContextEntry, style: Style): string {
  return style.columns === undefined ? entry.value : plain(entry.value);
}

/** The revisions of one note, as a table. */
export function showHistory(revisions: ContextRevision[], style: Style): string {
  if (revisions.length === 0) return "This key was never written.";
  const rows = revisions.map((entry) => [
    String(entry.revision),
    entry.by,
    ago(entry.at, style.now),
    entry.value === undefined ? "(removed)" : firstLine(entry.value),
  ]);
  return table(style, ["REV", "BY", "WHEN", "VALUE"], rows);
}
