import { Hono, type Context } from "hono";
import { ClustrError, FAILURES, toFailure } from "../contract/error.ts";
import type { Operation } from "../contract/operation.ts";
import { operations, type OperationName } from "../contract/operations.ts";
import { asClustrError } from "../core/errors.ts";
import { SECURITY_HEADERS } from "./answer.ts";
import type { Assets } from "./assets.ts";
import { readJson } from "./body.ts";
import { addHooks } from "./hooks.ts";
import { addMcp } from "./mcp.ts";
import type { RouteEnv, Surface } from "./surface.ts";

/** The operations, as names and records of the contract. */
export const all = Object.entries(operations) as [OperationName, Operation][];

/** Every route of Clustr. Runs behind the gate: whoever gets here has proved who they are. `assets` is missing at the agents' door. */
export function createApp(surface: Surface, assets: Assets | undefined): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  app.onError((error, c) => {
    const failure = toFailure(asClustrError(error, surface.log, { path: c.req.path }));
    return c.json(failure, FAILURES[failure.code].http as 500);
  });
  app.notFound((c) =>
    c.json({ code: "not_found", message: `Clustr has nothing at ${c.req.path}; GET /api lists what there is.` }, 404),
  );
  app.use(async (c, next) => {
    await next();
    c.header("cache-control", c.res.headers.get("cache-control") ?? "no-store");
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
  });

  app.get("/api", (c) => c.json(TABLE));
  for (const [name, operation] of all) addOperation(app, surface, name, operation);
  addMcp(app, surface);
  addHooks(app, surface);
  // Before the page, which answers any other path a browser opens.
  app.all("/api/*", (c) => c.notFound());
  if (assets) app.get("*", (c) => assets.serve(c));
  return app;
}

/** What a client without the schemas needs to call every operation; also the API page's content. */
const TABLE = Object.fromEntries(
  all.map(([name, { http, scope, summary, tool, command }]) => [
    name,
    { http, scope, summary, tool: tool?.name, command },
  ]),
);

function addOperation(app: Hono<RouteEnv>, { core }: Surface, name: OperationName, operation: Operation): void {
  const [method = "GET", path = "/"] = operation.http.split(" ");
  const prefix = operation.scope === "workspace" ? "/api/workspaces/:workspace" : "/api";
  app.on(method, prefix + path, async (c) => {
    const { workspace, ...parts } = c.req.param() as Record<string, string>;
    const { caller, requestId } = c.env.call;
    // Parts of the path win: a body cannot aim a request at something else than its path says.
    // Only who may use it may send more than others.
    const limit = caller.rights.has(operation.right) ? operation.body : undefined;
    const input = { ...(await inputOf(c, method, limit)), ...parts };
    const call = { requestId, ...(workspace === undefined ? {} : { workspace }) };
    return c.json((await core.invoke(name, input, caller, call)) as object);
  });
}

/** The query of GET and DELETE, the JSON body of the rest. */
async function inputOf(c: Context<RouteEnv>, method: string, limit: number | undefined): Promise<object> {
  if (method === "GET") return c.req.query();
  const body = await readJson(c.env.incoming, limit);
  if (method === "DELETE" && body === undefined) return c.req.query();
  if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body))) {
    throw new ClustrError("invalid", "The body must be a JSON object. Nothing was done.");
  }
  return body ?? {};
}
