import { createClient, type Client, type Routes } from "../../client/client.ts";
import type { Failure } from "../../contract/error.ts";

/** The client of this page's own server. Rejects with `unauthenticated` when this browser is not logged in. */
export async function openClient(): Promise<Client> {
  const bare = createClient({
    base: "",
    routes: { "workspace.list": { http: "GET /workspaces", scope: "home" } } as Routes,
  });
  await bare.call("workspace.list", {});
  const routes = (await (await fetch("/api")).json()) as Routes;
  return createClient({ base: "", routes });
}

/** Why the server refuses this browser; undefined when it does not, or cannot be asked. */
export async function checkLogin(): Promise<Failure | undefined> {
  const response = await fetch("/api").catch(() => undefined);
  return response?.status === 401 ? ((await response.json()) as Failure) : undefined;
}
