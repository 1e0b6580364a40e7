import { createClient, type Client, type Routes } from "../../client/client.ts";
import type { Failure } from "../../contract/error.ts";
import type { Workspace } from "../../contract/workspace.ts";

/** What this browser may see of its own server. */
export interface Opened {
  client: Client;
  /** All that are open. */
  workspaces: Workspace[];
}

/** Logs in to this page's own server. Rejects with `unauthenticated` when this browser is not logged in. */
export async function openServer(): Promise<Opened> {
  const bare = createClient({
    base: "",
    routes: { "workspace.list": { http: "GET /workspaces", scope: "home" } } as Routes,
  });
  // Both at once: the page waits for them.
  const [workspaces, routes] = await Promise.all([bare.call("workspace.list", {}), fetchRoutes()]);
  return { client: createClient({ base: "", routes }), workspaces };
}

async function fetchRoutes(): Promise<Routes> {
  return (await (await fetch("/api")).json()) as Routes;
}

/** Why the server refuses this browser; undefined when it does not, or cannot be asked. */
export async function checkLogin(): Promise<Failure | undefined> {
  const response = await fetch("/api").catch(() => undefined);
  return response?.status === 401 ? ((await response.json()) as Failure) : undefined;
}
