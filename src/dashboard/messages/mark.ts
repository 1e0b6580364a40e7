import { useEffect, useState } from "react";
import { listOf } from "../../contract/mail.ts";
import { useHere, useOnline, useView } from "../live/here.tsx";

/** How long the newest message must have been on the screen to count as read. */
const READ_MS = 1_000;

/** Remembers, for all browsers of this person, that the newest message is on the screen, while `shown` is true. */
export function useMark(shown: boolean): void {
  const { client } = useHere();
  const online = useOnline();
  const last = useView(({ messages }) => listOf(messages).at(-1)?.seq ?? 0);
  const read = useView((view) => view.read_up_to);
  useEffect(() => {
    if (!shown || !online || last <= read) return;
    let timer = 0;
    // Only for eyes that are there: not while the page is hidden behind another tab.
    const wait = () => {
      clearTimeout(timer);
      if (document.hidden) return;
      // Refused or lost: the next message, or the next visit, marks these too.
      timer = window.setTimeout(() => void client.call("message.mark", { up_to: last }).catch(() => {}), READ_MS);
    };
    wait();
    document.addEventListener("visibilitychange", wait);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wait);
    };
  }, [client, online, last, read, shown]);
}

/**
 * The ledger position above the divider "new": up to there everything was read when the person came. It stays while
 * they look, and moves on when something comes while they look elsewhere and had read all before.
 */
export function useDivider(watching: boolean, last: number): number {
  const read = useView((view) => view.read_up_to);
  const [state, setState] = useState({ divider: read, last });
  if (last !== state.last) {
    const away = !watching || document.hidden;
    setState({ divider: away && read >= state.last ? read : state.divider, last });
  }
  return state.divider;
}
