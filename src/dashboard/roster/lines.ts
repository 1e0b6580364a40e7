import { useEffect, useState } from "react";
import { useHere, useOnline, useView } from "../live/here.tsx";

/** Lines an agent has added and removed, as far as they are its own. */
export interface Lines {
  added: number;
  removed: number;
}

/** Counting is work for the server: files that change all the time are counted this often at most. */
const PAUSE_MS = 1_500;

/** How many lines each agent changed, by its id; counted again when files change. */
export function useLines(): ReadonlyMap<string, Lines> {
  const { client } = useHere();
  const online = useOnline();
  const position = useView(({ files }) => files.position);
  const [lines, setLines] = useState<ReadonlyMap<string, Lines>>(new Map());
  useEffect(() => {
    if (!online || position === 0) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      client.call("change.summary", {}, { signal: gone.signal }).then(
        ({ agents }) => setLines(new Map(agents.map(({ id, added, removed }) => [id, { added, removed }]))),
        // A count is comfort: without it the rows simply have none.
        () => {},
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, online, position]);
  return lines;
}
