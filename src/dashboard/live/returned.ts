import type { Live } from "./store.ts";

/** A loss shorter than this is not worth a word. */
export const QUIET_MS = 1_500;
/** By then what happened in between has been replayed. */
const REPLAY_MS = 600;

/** What a loss of contact came to. */
export interface Return {
  /** Events that happened in between; undefined when there were too many to be replayed. */
  events: number | undefined;
  /** Another server process answers than before. */
  restarted: boolean;
  /** Agents that were live before, and how many of them still are. */
  before: number;
  still: number;
}

/** Tells of every return after a loss that was long enough to be noticed. Returns how to end it. */
export function onReturn(live: Live, tell: (what: Return) => void): () => void {
  let lost: { at: number; since: string | undefined; agents: string[] } | undefined;
  let replayed: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const liveIds = () => {
    const agents = live.newest().view?.agents ?? {};
    return Object.values(agents).flatMap((agent) => (agent.live ? [agent.id] : []));
  };
  const unwatch = live.watch(() => {
    const { connection, view } = live.newest();
    if (connection.lostAt !== undefined) {
      lost ??= { at: connection.lostAt, since: connection.since, agents: liveIds() };
      clearTimeout(timer);
      replayed = undefined;
    } else if (lost && connection.is === "open" && replayed === undefined) {
      const was = lost;
      const from = view?.seq ?? 0;
      replayed = 0;
      timer = setTimeout(() => {
        const events = replayed === 0 && (live.newest().view?.seq ?? 0) > from ? undefined : (replayed ?? 0);
        lost = replayed = undefined;
        if (Date.now() - was.at - REPLAY_MS < QUIET_MS) return;
        const now = new Set(liveIds());
        tell({
          events,
          restarted: was.since !== undefined && was.since !== live.newest().connection.since,
          before: was.agents.length,
          still: was.agents.filter((id) => now.has(id)).length,
        });
      }, REPLAY_MS);
    }
  });
  const unhear = live.onEvent(() => {
    if (replayed !== undefined) replayed++;
  });
  return () => {
    unwatch();
    unhear();
    clearTimeout(timer);
  };
}

/** A return in words. */
export function sayReturn({ events, restarted, before, still }: Return): string {
  const news =
    events === undefined
      ? "Much happened while away."
      : events === 0
        ? "Nothing happened while away."
        : `${events} ${events === 1 ? "event" : "events"} while away.`;
  const agents =
    before === 0
      ? ""
      : still === before
        ? ` ${before === 1 ? "The agent goes" : `All ${before} agents go`} on.`
        : ` ${still} of ${before} agents go on.`;
  return restarted ? `The server was restarted.${agents} ${news}` : `Back. ${news}`;
}
