import { ClustrError } from "../contract/error.ts";

/** What a client must know of an operation to call it: a line of the route table. */
export interface Route {
  /** Method and path below the scope's prefix, e.g. `POST /agents/:name/stop`. */
  http: string;
  scope: "workspace" | "home";
}

/** A call, ready for `fetch`. `path` starts with `/api` and carries the query; `body` is JSON. */
export interface CallRequest {
  method: string;
  path: string;
  body?: string;
}

/**
 * Turns an input into a request: `:name` parts come from the input, the rest becomes the query of GET and DELETE and
 * the JSON body of other methods. Undefined fields are left out.
 *
 * @throws ClustrError `invalid` when a path part is missing, or would change the path (`.`, `..`: URLs resolve these
 * even when percent-encoded, so they can never be sent).
 */
export function buildRequest(route: Route, input: Record<string, unknown>, workspace?: string): CallRequest {
  const [method = "GET", pattern = "/"] = route.http.split(" ");
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const prefix = route.scope === "workspace" ? `/api/workspaces/${part("workspace", workspace)}` : "/api";
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return part(name, value);
  });
  if (method !== "GET" && method !== "DELETE") {
    return { method, path: prefix + path, body: JSON.stringify(Object.fromEntries(rest)) };
  }
  const query = new URLSearchParams([...rest].map(([key, value]): [string, string] => [key, String(value)])).toString();
  return { method, path: prefix + path + (query ? `?${query}` : "") };
}

function part(name: string, value: unknown): string {
  const text = typeof value === "string" || typeof value === "number" ? `${value}` : "";
  if (text === "" || text === "." || text === ".." || !text.isWellFormed()) {
    throw new ClustrError(
      "invalid",
      text === "" ? `The ${name} is missing; nothing was sent.` : `"${text}" cannot be a ${name}; nothing was sent.`,
    );
  }
  return encodeURIComponent(text);
}
