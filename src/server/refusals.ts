import type { IncomingMessage } from "node:http";
import { toFailure, type Failure } from "../contract/error.ts";
import type { Core } from "../core/core.ts";
import { asClustrError } from "../core/errors.ts";
import { pathOf } from "./request.ts";
import type { Log } from "./surface.ts";

/** Refusals listed one by one within a minute; more are only counted. */
const LISTED = 100;
const MINUTE_MS = 60_000;
const DOORS = ["/api", "/mcp", "/hooks", "/ws", "/login"];

/** Turns what was thrown at the gate into a failure, and keeps a trace of it. */
export type Refusals = (req: IncomingMessage, error: unknown) => Failure;

/**
 * A trace that strangers cannot make grow: any page can cause refusals, with paths of its choice. The ledger gets the
 * door that was tried, never the path (the core counts repeats once); the log gets so many lines a minute. Queries are
 * never kept: they may hold a token.
 */
export function createRefusals(core: Core, log: Log): Refusals {
  let began = 0;
  let count = 0;

  function list(details: Record<string, unknown>): void {
    if (performance.now() - began > MINUTE_MS) {
      if (count > LISTED) log("more was refused than is listed", { refusals: count - LISTED });
      began = performance.now();
      count = 0;
    }
    if (++count <= LISTED) log("refused", details);
  }

  return (req, error) => {
    const failure = toFailure(asClustrError(error, log, { at: "the gate" }));
    const { code, message } = failure;
    const path = pathOf(req);
    const door = DOORS.find((prefix) => path === prefix || path.startsWith(`${prefix}/`)) ?? "page";
    list({ method: req.method, path: path.slice(0, 200), code });
    if (code === "unauthenticated" || code === "forbidden")
      core.refused(undefined, `${req.method ?? ""} ${door}`, code, message);
    return failure;
  };
}
