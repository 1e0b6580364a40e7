import type { StreamState } from "../../client/stream.ts";

/** How the page stands to its server. */
export interface Connection {
  is: StreamState["is"];
  /** When contact was lost, ms since 1970; undefined while there is contact, and before the first. */
  lostAt?: number | undefined;
  /** When it is tried again, ms since 1970. */
  retryAt?: number | undefined;
  /** Attempts since contact was lost. */
  tries: number;
  /** There has been contact before. */
  met: boolean;
  /** When the server process of the last contact began. */
  since?: string | undefined;
}

export const NO_CONNECTION: Connection = { is: "connecting", tries: 0, met: false };

/** The connection after the stream has said something new about itself. */
export function follow(was: Connection, state: StreamState, now: number): Connection {
  if (state.is === "open") return { is: "open", tries: 0, met: true, since: state.since };
  if (state.is === "ended") return { ...was, is: "ended", retryAt: undefined };
  const lostAt = was.lostAt ?? (was.met ? now : undefined);
  return state.is === "waiting"
    ? { ...was, is: "waiting", lostAt, retryAt: state.retryAt }
    : { ...was, is: "connecting", lostAt, retryAt: undefined, tries: was.tries + 1 };
}
