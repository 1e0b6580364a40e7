import type { Client } from "../../client/client.ts";
import { toFailure, type Failure } from "../../contract/error.ts";
import { listOf } from "../../contract/mail.ts";
import type { Message } from "../../contract/message.ts";
import type { Live } from "../live/store.ts";
import { matches, type Wanted } from "./wanted.ts";

/** Messages of the view that are shown until the server has answered. */
const AT_ONCE = 50;
const FIRST_PAGE = 100;
const PAGE = 200;
const NONE: readonly Message[] = [];

/** Messages, as far as they were looked back to. */
export interface FeedState {
  /** In order, without a gap. */
  messages: Message[];
  /** The server has answered once. */
  known: boolean;
  /** There are older ones. */
  older: boolean;
  loading: boolean;
  failure: Failure | undefined;
}

/** A stretch of the messages that are wanted: it grows at its beginning when asked, and at its end by itself. */
export interface Feed {
  state(): FeedState;
  subscribe(changed: () => void): () => void;
  /** A message by its id, if it was loaded. */
  find(id: string): Message | undefined;
  /** Loads older ones, or again what could not be loaded. */
  load(): Promise<void>;
  /** Follows the workspace until the function it returns is called. */
  open(): () => void;
}

/** @param until only what came before this ledger position, to look at the past; new ones are then not added. */
export function createFeed(client: Client, live: Live, wanted: Wanted, until?: number): Feed {
  const listeners = new Set<() => void>();
  let state: FeedState = { messages: [], known: false, older: false, loading: false, failure: undefined };
  /** Ledger position from which on nothing is missing. */
  let floor = 0;
  let before: number | undefined = until;
  let latest: readonly Message[] = [];
  const byId = new Map<string, Message>();
  let frame = 0;
  let asked = 0;

  const newest = (): readonly Message[] => {
    const { view } = live.newest();
    return view ? listOf(view.messages) : NONE;
  };
  const set = (change: Partial<FeedState>) => {
    state = { ...state, ...change };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      for (const changed of listeners) changed();
    });
  };

  /** The list with what the view says of its messages, and with those that are new. */
  const merged = (list: Message[]): Message[] => {
    let next = list;
    for (const message of latest) {
      if (message.seq < floor || (until !== undefined && message.seq >= until)) continue;
      const at = placeOf(next, message.seq);
      const was = next[at];
      byId.set(message.id, message);
      if (was === message || (was?.seq !== message.seq && !matches(message, wanted))) continue;
      if (next === list) next = [...list];
      next.splice(at, was?.seq === message.seq ? 1 : 0, message);
    }
    return next;
  };

  const ask = async (fresh: boolean) => {
    const turn = ++asked;
    set({ loading: true, failure: undefined });
    try {
      const { who, rung, find } = wanted;
      const page = await client.call("message.search", {
        ...(find && { query: find }),
        ...(who[0] && { agent: who[0] }),
        ...(rung && { rung }),
        before: fresh ? until : before,
        limit: fresh ? FIRST_PAGE : PAGE,
      });
      if (turn !== asked) return;
      floor = before = page.next ?? 0;
      const kept = fresh ? [] : state.messages;
      for (const message of page.messages) byId.set(message.id, message);
      const found = page.messages.filter((message) => matches(message, wanted));
      set({ messages: merged([...found, ...kept]), known: true, older: page.next !== undefined, loading: false });
    } catch (error) {
      if (turn === asked) set({ loading: false, failure: toFailure(error) });
    }
  };

  const take = () => {
    const now = newest();
    if (now === latest) return;
    const last = latest.at(-1)?.seq;
    const news = last === undefined ? 0 : now.length - placeOf(now, last + 1);
    latest = now;
    const next = merged(state.messages);
    if (next !== state.messages) set({ messages: next });
    // Events bring one at a time: several at once are a new view, before which some may be missing.
    if (news > 1 && until === undefined) void ask(true);
  };

  return {
    state: () => state,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    find: (id) => byId.get(id),
    async load() {
      if (!state.loading) await ask(!state.known);
    },
    open() {
      latest = newest();
      if (until === undefined) floor = latest.at(-AT_ONCE)?.seq ?? 0;
      else floor = until;
      set({ messages: merged([]) });
      const leave = live.watch(take);
      void ask(true);
      return () => {
        leave();
        asked++;
        cancelAnimationFrame(frame);
        frame = 0;
      };
    },
  };
}

/** Where a message of this ledger position is in a list, or would be. */
export function placeOf(list: readonly Message[], seq: number): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle]?.seq ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}
