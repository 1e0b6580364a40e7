import { useEffect, useSyncExternalStore } from "react";
import { places } from "./places.ts";

/** Whether a terminal may be alive, and whether it is the one a person works with. */
export function usePlace(key: string, visible: boolean): { alive: boolean; front: boolean; use: () => void } {
  useEffect(() => {
    places.enter(key);
    return () => places.leave(key);
  }, [key]);
  useEffect(() => places.see(key, visible), [key, visible]);
  const alive = useSyncExternalStore(places.subscribe, () => places.has(key));
  const front = useSyncExternalStore(places.subscribe, () => places.isFront(key));
  return { alive, front, use: () => places.use(key) };
}
