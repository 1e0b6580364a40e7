import { useCallback, useEffect, useRef, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { remember, remembered } from "../live/remembered.ts";
import { folderOf } from "./place.ts";

/** Entries asked for at once. */
const PAGE = 500;
const MOST = 2000;
/** What came or went is read at once, in a burst of changes no more often than this. Milliseconds. */
const PAUSE_MS = 300;

export interface Entry {
  name: string;
  path: string;
  kind: "file" | "folder" | "link" | "other";
  size?: number | undefined;
  ignored?: boolean | undefined;
}

/** A folder as far as it was read. */
export interface Listing {
  entries: Entry[];
  next: string | undefined;
  complete: boolean;
  problem?: string;
}

/** Folders first, then the rest, each by name. */
function inOrder(a: Entry, b: Entry): number {
  return Number(b.kind === "folder") - Number(a.kind === "folder") || (a.name < b.name ? -1 : 1);
}

/**
 * What the open folders of the workspace hold. Each is read when it is first open, and again when something in it came
 * or went.
 */
export function useFolders(open: ReadonlySet<string>): {
  listings: ReadonlyMap<string, Listing>;
  /** Reads on in a folder of which only the beginning is there. */
  more: (folder: string) => void;
} {
  const { client, workspace } = useHere();
  const online = useOnline();
  const place = `${workspace.id} folders`;
  const changed = useView((view) => view.files.changed);
  const [listings, setListings] = useState(() => remembered<ReadonlyMap<string, Listing>>(place) ?? new Map());
  useEffect(() => remember(place, listings), [place, listings]);
  const asked = useRef(new Set<string>());
  const seen = useRef(changed);
  const readAt = useRef(-PAUSE_MS);
  /** How often each folder was asked for: of two answers that cross, the later question counts. */
  const turns = useRef(new Map<string, number>());
  /** How many entries each folder showed: read again, it is read as far as before. */
  const counts = useRef(new Map<string, number>());

  const read = useCallback(
    async (folder: string, after?: string) => {
      asked.current.add(folder);
      const limit = after === undefined ? Math.min(MOST, Math.max(PAGE, counts.current.get(folder) ?? 0)) : PAGE;
      const turn = (turns.current.get(folder) ?? 0) + 1;
      turns.current.set(folder, turn);
      const put = (change: (was: Listing | undefined) => Listing) =>
        turn === turns.current.get(folder) && setListings((all) => new Map(all).set(folder, change(all.get(folder))));
      try {
        const answer = await client.call("file.list", { folder, limit, ...(after !== undefined && { after }) });
        put((was) => {
          const entries = [...(after === undefined ? [] : (was?.entries ?? [])), ...answer.entries].sort(inOrder);
          counts.current.set(folder, entries.length);
          return { entries, next: answer.next, complete: answer.complete };
        });
      } catch (error) {
        const problem = toFailure(error).message;
        put((was) => ({ ...(was ?? { entries: [], next: undefined, complete: true }), problem }));
      }
    },
    [client],
  );

  useEffect(() => {
    if (!online) return;
    for (const folder of open) if (!asked.current.has(folder)) void read(folder);
  }, [open, online, read]);

  useEffect(() => {
    const news = changed.filter((one) => one.what !== "changed" && !seen.current.includes(one));
    const stale = new Set(news.map(({ path }) => folderOf(path)));
    // A new folder shows in the one above it.
    for (const folder of [...stale]) if (folder !== "") stale.add(folderOf(folder));
    if (stale.size === 0) return undefined;
    const pause = Math.max(0, readAt.current + PAUSE_MS - performance.now());
    const timer = setTimeout(() => {
      readAt.current = performance.now();
      seen.current = changed;
      for (const folder of stale) if (asked.current.has(folder)) void read(folder);
    }, pause);
    return () => clearTimeout(timer);
  }, [changed, read]);

  const more = (folder: string) => void read(folder, listings.get(folder)?.next);
  return { listings, more };
}
