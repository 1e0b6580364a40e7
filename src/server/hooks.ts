import type { Hono } from "hono";
import { readJson } from "./body.ts";
import { callingAgent } from "./calling-agent.ts";
import type { RouteEnv, Surface } from "./surface.ts";

/** Hooks of agents: whatever their tool tells us, held open for as long as the session that answers holds it. */
export function addHooks(app: Hono<RouteEnv>, { core }: Surface): void {
  app.post("/hooks/:name{.+}", async (c) => {
    const { caller, requestId } = c.env.call;
    const { agent, workspace } = callingAgent(core, caller, "Hooks");
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
