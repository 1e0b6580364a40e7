import { useState } from "react";

/** What was opened stays open while the list around it is scrolled: rows that leave the screen are taken away. */
const open = new Set<string>();

export function useKeptOpen(key: string): [boolean, (is: boolean) => void] {
  const [is, set] = useState(open.has(key));
  return [
    is,
    (next) => {
      if (next) open.add(key);
      else open.delete(key);
      set(next);
    },
  ];
}
