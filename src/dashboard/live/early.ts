import { decoded } from "../route/decoded.ts";
import { fetchAhead } from "../shell/ahead.ts";
import { openServer, type Opened } from "./login.ts";
import { followWorkspace, type Live } from "./store.ts";

/*
 * The first script of the page, small and without React: login, workspaces and the socket are under way while the rest of
 * the page is still being fetched.
 */
let opened: Opened | undefined;
let early: { workspace: string; live: Live } | undefined;

/** What this browser may see. Rejects with `unauthenticated` when it is not logged in. */
export const opening: Promise<Opened> = openServer();
const [, w, asked] = location.pathname.split("/");
if (w === "w" && asked) follow(decoded(asked));
opening.then(
  (found) => {
    opened = found;
    const first = found.workspaces[0];
    if (!early && first) follow(first.id);
  },
  () => {
    // The page says it.
  },
);
fetchAhead();

function follow(workspace: string): void {
  early = { workspace, live: followWorkspace(workspace) };
}

/** What `opening` came to, once it has. */
export function openedNow(): Opened | undefined {
  return opened;
}

/** The workspace of the address as it has been followed from the beginning; undefined for any other, and when that is done. */
export function earlyLive(workspace: string): Live | undefined {
  return early?.workspace === workspace && !early.live.done ? early.live : undefined;
}
