import { useEffect, useLayoutEffect, useRef, useState } from "react";

/** How long clicks are ignored after items have moved: longer than a click that was already on its way. */
const MOVING_MS = 400;

/** True for a moment after an item has come or gone: a button may have moved right under a finger. */
export function useMoving(ids: string): boolean {
  const before = useRef(ids);
  const [moves, setMoves] = useState(0);
  useLayoutEffect(() => {
    if (ids !== before.current) setMoves((count) => count + 1);
    before.current = ids;
  }, [ids]);
  useEffect(() => {
    const timer = setTimeout(() => setMoves(0), MOVING_MS);
    return () => clearTimeout(timer);
  }, [moves]);
  return moves > 0;
}
