import type { Entry, Listing } from "./folders.ts";

/** A line of the tree. */
export type TreeRow = { depth: number; key: string } & (
  | { is: "entry"; entry: Entry; open: boolean }
  | { is: "more"; folder: string }
  | { is: "note"; text: string }
);

/** The lines of a tree of which some folders are open. `all`: also what is hidden or ignored. */
export function rowsOf(
  listings: ReadonlyMap<string, Listing>,
  open: ReadonlySet<string>,
  all: boolean,
  folder = "",
  depth = 1,
): TreeRow[] {
  const listing = listings.get(folder);
  const note = (text: string): TreeRow => ({ is: "note", text, depth, key: `${folder}//${text}` });
  if (!listing) return [note("Reading…")];
  if (listing.problem !== undefined && listing.entries.length === 0) return [note(listing.problem)];
  const shown = listing.entries.filter(({ name, ignored }) => all || (!ignored && !name.startsWith(".")));
  const rows = shown.flatMap((entry): TreeRow[] => {
    const isOpen = entry.kind === "folder" && open.has(entry.path);
    const row: TreeRow = { is: "entry", entry, open: isOpen, depth, key: entry.path };
    return isOpen ? [row, ...rowsOf(listings, open, all, entry.path, depth + 1)] : [row];
  });
  const hidden = listing.entries.length - shown.length;
  if (rows.length === 0) rows.push(note(hidden > 0 ? `Nothing but ${hidden} hidden or ignored` : "Empty"));
  if (listing.next !== undefined) rows.push({ is: "more", folder, depth, key: `${folder}//more` });
  if (!listing.complete) rows.push(note("There is more than could be looked at; find it by name."));
  return rows;
}
