import type { Hono } from "hono";
import { ClustrError } from "../contract/error.ts";
import type { Caller } from "../core/caller.ts";
import type { OpenWorkspace, Core } from "../core/core.ts";
import { readJson } from "./body.ts";
import type { RouteEnv, Surface } from "./surface.ts";

/** Hooks of agents: whatever their tool tells us, held open for as long as the session that answers holds it. */
export function addHooks(app: Hono<RouteEnv>, { core }: Surface): void {
  app.post("/hooks/:name{.+}", async (c) => {
    const { caller, requestId } = c.env.call;
    const { agent, workspace } = agentOf(core, caller, "Hooks");
    const body = await readJson(c.env.incoming);
    const answer = await workspace.hook(agent, {
      requestId,
      name: c.req.param("name"),
      body: body ?? {},
      signal: c.req.raw.signal,
    });
    return c.json((answer ?? {}) as object);
  });
}

/** The agent that calls and its open workspace; people are refused. `what` names the surface in the refusal. */
export function agentOf(
  core: Core,
  caller: Caller,
  what: string,
): { agent: string; name: string; workspace: OpenWorkspace } {
  if (caller.actor.kind !== "agent") {
    throw new ClustrError(
      "forbidden",
      `${what} are for agents; use the token that \`clustr token\` prints, not a person's.`,
    );
  }
  const workspace = caller.workspace === undefined ? undefined : core.workspace(caller.workspace);
  if (!workspace)
    throw new ClustrError("not_found", "The agent's workspace is not open. Open it with `clustr FOLDER`.");
  return { agent: caller.actor.id, name: caller.actor.name, workspace };
}
