import { ClustrError } from "../../contract/error.ts";
import type { Screens } from "../../core/ports/screen.ts";
import type { TerminalHost, TerminalInfo } from "../../core/ports/terminal.ts";
import { Followed } from "./followed.ts";
import { Turns } from "./turns.ts";

export interface ScreensOptions {
  host: Pick<TerminalHost, "follow" | "info" | "list" | "write">;
  /** Ends all following. */
  signal: AbortSignal;
  log: (message: string, details?: Record<string, unknown>) => void;
}

/** How long a look at a screen waits for parsing to catch up. */
const CATCH_UP_MS = 1_000;
/** Terminals remembered as answered before those are forgotten that the host does not have any more. */
const PAST = 1_000;

/**
 * Headless screens of the host's terminals, each followed from the first time it is asked for until it is released. They
 * are the one answerer of the queries that programs send to their terminal, so an agent's screen must be asked for as
 * soon as its terminal is started. Create it before the first terminal of this server is started: terminals that exist
 * already have had their answers, and get none for what they printed before.
 */
export function createScreens(options: ScreensOptions): Screens {
  const { host, signal, log } = options;
  const turns = new Turns();
  const screens = new Map<string, Promise<Followed>>();
  /** Terminals whose past output must not be answered (again). */
  const answered = host.list().then(
    (all) => new Set(all.map((info) => info.id)),
    () => new Set<string>(),
  );

  async function begin(id: string): Promise<Followed> {
    const [past, info] = await Promise.all([answered, host.info(id)]);
    if (!info)
      throw new ClustrError("not_found", `There is no terminal "${id}"; its host has ended or it was removed.`);
    const fresh = !past.has(id);
    past.add(id);
    if (past.size > PAST) forget(past, await host.list());
    return new Followed({ host, signal, log, turns, info, answerFrom: fresh ? 0 : info.endOffset });
  }

  function followed(id: string): Promise<Followed> {
    const known = screens.get(id);
    if (known) return known;
    const started = begin(id);
    screens.set(id, started);
    started.catch(() => {
      if (screens.get(id) === started) screens.delete(id);
    });
    return started;
  }

  async function current(id: string, watched: boolean): Promise<Followed> {
    const screen = await followed(id);
    await screen.caughtUp(CATCH_UP_MS, watched);
    return screen;
  }

  signal.addEventListener("abort", () => {
    for (const id of screens.keys()) release(id);
  });

  function release(id: string): void {
    const screen = screens.get(id);
    screens.delete(id);
    screen?.then(
      (each) => each.close(),
      () => undefined,
    );
  }

  return {
    state: async (id) => (await current(id, false)).read(),
    snapshot: async (id) => (await current(id, true)).snapshot(),
    async *titles(id, until) {
      yield* (await followed(id)).titles(until);
    },
    release,
  };
}

function forget(past: Set<string>, all: TerminalInfo[]): void {
  const there = new Set(all.map((info) => info.id));
  for (const id of past) if (!there.has(id)) past.delete(id);
}
