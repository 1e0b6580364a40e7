import type { Client } from "../../client/client.ts";
import { nameOf } from "../../contract/actor.ts";
import { toFailure, type Failure } from "../../contract/error.ts";
import type { Event } from "../../contract/event.ts";
import type { Live } from "../live/store.ts";
import { isOf, typesOf, type Kind } from "./kinds.ts";

/** Events asked for at once. */
export const PAGE = 200;

/** Events, as far as they were looked back to. */
export interface HistoryState {
  /** In order, without a gap. Long texts in them are cut. */
  events: Event[];
  known: boolean;
  /** There are older ones. */
  older: boolean;
  loading: boolean;
  failure: Failure | undefined;
}

/** The latest stretch of the ledger: it grows at its beginning when asked, and at its end by itself. */
export interface History {
  state(): HistoryState;
  subscribe(changed: () => void): () => void;
  /** Loads older ones, or again what could not be loaded. */
  load(): Promise<void>;
  /** Follows the workspace until the function it returns is called. */
  open(): () => void;
}

/**
 * @param of only by or about the agents of this name, or `human`.
 * @param events what was known before, in order and without a gap: shown until the ledger has answered.
 */
export function createHistory(
  client: Client,
  live: Live,
  kinds: readonly Kind[],
  of: string | undefined,
  events: Event[] = [],
): History {
  const types = typesOf(kinds);
  const listeners = new Set<() => void>();
  let state: HistoryState = { events, known: false, older: false, loading: false, failure: undefined };
  let before: number | undefined;
  let frame = 0;
  let asked = 0;
  let connected = true;

  const set = (change: Partial<HistoryState>) => {
    state = { ...state, ...change };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      for (const changed of listeners) changed();
    });
  };

  const ask = async (fresh: boolean) => {
    const turn = ++asked;
    set({ loading: true, failure: undefined });
    try {
      const page = await client.call("event.search", {
        kinds: types.join(","),
        ...(of && { agent: of }),
        ...(!fresh && before !== undefined && { before }),
        limit: PAGE,
      });
      if (turn !== asked) return;
      const found = page.events as unknown as Event[];
      const end = found.at(-1)?.seq ?? 0;
      const reaches = !fresh || (state.events.at(-1)?.seq ?? 0) >= (page.next ?? 0);
      // After a loss of contact the page may not reach back to what is known: then that is looked up again.
      const kept = reaches ? state.events : [];
      const older = fresh ? kept.filter(({ seq }) => seq < (found[0]?.seq ?? Infinity)) : [];
      const newer = kept.filter(({ seq }) => seq > end);
      if (older.length === 0) before = page.next;
      const more = older.length === 0 ? page.next !== undefined : state.older;
      set({ events: [...older, ...found, ...newer], known: true, older: more, loading: false });
    } catch (error) {
      if (turn === asked) set({ loading: false, failure: toFailure(error) });
    }
  };

  const take = (event: Event) => {
    if (!isOf(types, event.type) || (of !== undefined && !concerns(live, event, of))) return;
    if (event.seq > (state.events.at(-1)?.seq ?? 0)) set({ events: [...state.events, event] });
  };

  return {
    state: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    async load() {
      if (!state.loading) await ask(!state.known);
    },
    open() {
      const leave = live.onEvent(take);
      const leaveState = live.watch(() => {
        const is = live.newest().connection.is === "open";
        if (is && !connected) void ask(true);
        connected = is;
      });
      connected = live.newest().connection.is === "open";
      void ask(true);
      return () => {
        leave();
        leaveState();
        asked++;
        cancelAnimationFrame(frame);
        frame = 0;
      };
    },
  };
}

/** As the server sees it when it is asked for one agent's events. */
function concerns(live: Live, { actor, data }: Event, name: string): boolean {
  if (nameOf(actor) === name) return true;
  const agents = Object.values(live.newest().view?.agents ?? {});
  const ids = new Set(name === "human" ? [name] : agents.flatMap((one) => (one.name === name ? [one.id] : [])));
  const { id, agent, inbox, recipients } = data as Record<string, unknown>;
  const origin = typeof agent === "object" && agent !== null && "id" in agent ? agent.id : agent;
  const to = Array.isArray(recipients) ? recipients.map((each: { inbox?: unknown }) => each.inbox) : [];
  return [id, origin, inbox, ...to].some((one) => typeof one === "string" && ids.has(one));
}
