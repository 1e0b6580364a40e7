import { useSyncExternalStore } from "react";
import { decoded } from "./decoded.ts";

/**
 * What is on the screen, as its address says: `/w/<workspace>/<room>?agent=…&side=…`. What else a room wants to be
 * found again by goes into parameters of its own.
 */
export interface Route {
  workspace?: string | undefined;
  /** Id of the room in the centre. */
  room?: string | undefined;
  /** The agent that is selected: its name, or its id where a name would be ambiguous. */
  agent?: string | undefined;
  /** Id of the room at the side. */
  side?: string | undefined;
  /** Parameters of rooms, e.g. a path or a key: in the query, because a path may look like a file of the server's. */
  [more: string]: string | undefined;
}

const listeners = new Set<() => void>();
let current = parse(location);

function parse({ pathname, search }: { pathname: string; search: string }): Route {
  const [, w, workspace, room] = pathname.split("/");
  const route: Route = Object.fromEntries(new URLSearchParams(search));
  if (w === "w" && workspace) route.workspace = decoded(workspace);
  if (w === "w" && room) route.room = decoded(room);
  return route;
}

/** The address of a route: for links, which can then be opened in a tab of their own. */
export function hrefOf({ workspace, room, ...query }: Route): string {
  const path = workspace ? `/w/${encodeURIComponent(workspace)}${room ? `/${encodeURIComponent(room)}` : ""}` : "/";
  const rest = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const search = new URLSearchParams(rest).toString();
  return search ? `${path}?${search}` : path;
}

export function route(): Route {
  return current;
}

/** Changes the address: what is not named stays, undefined takes a part away. `replace` for what is not worth a step back. */
export function go(change: Route, { replace = false }: { replace?: boolean } = {}): void {
  const next = { ...current, ...change };
  const href = hrefOf(next);
  if (href !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", href);
  set(next);
}

function set(next: Route): void {
  current = next;
  for (const changed of listeners) changed();
}

addEventListener("popstate", () => set(parse(location)));

/** The route, live. */
export function useRoute(): Route {
  return useSyncExternalStore((changed) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  }, route);
}
