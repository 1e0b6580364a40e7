import { useEffect, useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure, type Failure } from "../../contract/error.ts";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { remember, remembered } from "../live/remembered.ts";

/** A burst of changes is asked about once, when it is over or after this time. Milliseconds. */
const SETTLE_MS = 400;

/** An answer of the server about files: the newest there is, and what went wrong asking for a newer one. */
export interface Asked<T> {
  answer: T | undefined;
  failure: Failure | undefined;
  /** Asks again now. */
  again: () => void;
}

/**
 * Asks the server, and again whenever files have changed. While it asks, the last answer stays. `key` says what is asked
 * for: with another one the old answer is left. Whoever comes back to it finds it as it was, until the new one is there,
 * unless it `keeps` nothing: what is about to be agreed to must be of this moment.
 */
export function useAsked<T>(key: string, ask: (client: Client) => Promise<T>, { keeps = true } = {}): Asked<T> {
  const { client, workspace } = useHere();
  const online = useOnline();
  const position = useView((view) => view.files.position);
  const [state, setState] = useState<{ key: string; answer?: T; failure?: Failure }>({ key });
  const [turn, setTurn] = useState(0);
  const place = `${workspace.id} ${key}`;
  const before = keeps ? remembered<T>(place) : undefined;
  const fresh = state.key !== key || (state.answer === undefined && state.failure === undefined);

  useEffect(() => {
    if (!online) return undefined;
    let wanted = true;
    const timer = setTimeout(
      () =>
        void ask(client).then(
          (answer) => {
            if (!wanted) return;
            if (keeps) remember(place, answer);
            setState({ key, answer });
          },
          (error: unknown) =>
            wanted && setState((was) => ({ ...(was.key === key ? was : { key }), failure: toFailure(error) })),
        ),
      fresh ? 0 : SETTLE_MS,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
    // `ask` is made anew at every render and `fresh` follows from the answer: `key` says all that matters of both.
  }, [client, key, position, online, turn]); // oxlint-disable-line react/exhaustive-deps

  const own = state.key === key ? state : undefined;
  return { answer: own?.answer ?? before, failure: own?.failure, again: () => setTurn((was) => was + 1) };
}
