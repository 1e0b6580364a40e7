import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ClustrError } from "../contract/error.ts";
import { person, type Caller } from "../core/caller.ts";
import type { Core } from "../core/core.ts";
import { changesState, checkRequest, pathOf, type Listener } from "./request.ts";
import { sha256, type Bearer } from "./tokens.ts";

/** A request that may come in: who asks, and under which id. */
export interface Call {
  readonly caller: Caller;
  /** Same for all requests with the same credential; for counting and logs, never a secret. */
  readonly session: string;
  /** Names this request for ever: a repeat under the same id is a no-op. Starts with the caller's identity, so that no caller can reuse another's. */
  readonly requestId: string;
}

/** What the gate knows callers by. */
export interface Gate {
  core: Core;
  /** Whom a token speaks for; see `tokenReader`. */
  bearer(token: string): Bearer | undefined;
}

/** Longest id a caller may choose for a request, in characters. */
const KEY_LIMIT = 200;

/** The cookie of a listener; its name carries the port, because browsers share cookies between ports. */
export function cookieName(port: number): string {
  return `clustr_${port}`;
}

/**
 * The one gate: every request and every upgrade passes here, before any route is looked up. Throws `unauthenticated`,
 * `forbidden` or `invalid`.
 */
export function authorise(req: IncomingMessage, listener: Listener, from: Gate): Call {
  checkRequest(req, listener);
  const bearer = bearerOf(req);
  if (bearer === undefined && changesState(req) && req.headers.origin === undefined) {
    // Without credentials the answer is 401 whatever else is missing.
    if (cookieOf(req, listener.port()) === undefined) throw unauthenticated();
    throw new ClustrError("forbidden", "A change needs an Origin header or a bearer token.");
  }
  const { caller, session } =
    bearer === undefined ? byCookie(req, listener, from.core) : byToken(bearer, listener, from);
  return { caller, session, requestId: `${identityOf(caller)}:${keyOf(req, listener)}` };
}

function byToken(token: string, listener: Listener, gate: Gate): { caller: Caller; session: string } {
  const bearer = gate.bearer(token);
  if (bearer?.kind === "human") {
    if (listener.kind === "agents")
      throw new ClustrError(
        "forbidden",
        "This address is for agents; the person's token works at the server's own address.",
      );
    return { caller: person, session: "human" };
  }
  const caller = bearer && gate.core.agent(bearer.workspace, bearer.agent);
  if (!bearer) throw unauthenticated();
  if (!caller)
    throw new ClustrError(
      "unauthenticated",
      "This token is not valid any more, or its workspace is not open. Its agent has ended or was removed, or many newer tokens were made and nobody joined with this one: `clustr token` makes a new one. A workspace is opened with `clustr FOLDER`.",
    );
  return { caller, session: `${bearer.workspace}/${bearer.agent}` };
}

function byCookie(req: IncomingMessage, listener: Listener, core: Core): { caller: Caller; session: string } {
  const cookie = listener.kind === "page" ? cookieOf(req, listener.port()) : undefined;
  const hash = cookie === undefined ? undefined : sha256(cookie);
  if (hash === undefined || !core.hasLogin(hash)) throw unauthenticated();
  return { caller: person, session: `browser/${hash.slice(0, 12)}` };
}

function unauthenticated(): ClustrError {
  return new ClustrError(
    "unauthenticated",
    "Not logged in. `clustr link` prints a link that opens the dashboard; agents use the token they were given.",
  );
}

/** Browsers cannot set headers on a WebSocket: there the token may come as a subprotocol. */
function bearerOf(req: IncomingMessage): string | undefined {
  const header = req.headers.authorization;
  if (header !== undefined) return /^bearer +(\S+)$/i.exec(header)?.[1] ?? "";
  if (req.headers.upgrade === undefined) return undefined;
  return /(?:^|,)\s*bearer\.([^\s,]+)/.exec(req.headers["sec-websocket-protocol"] ?? "")?.[1];
}

function cookieOf(req: IncomingMessage, port: number): string | undefined {
  const prefix = `${cookieName(port)}=`;
  const pair = (req.headers.cookie ?? "")
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix));
  return pair?.slice(prefix.length) || undefined;
}

function identityOf(caller: Caller): string {
  return caller.actor.kind === "agent" ? `${caller.workspace ?? ""}/${caller.actor.id}` : caller.actor.kind;
}

/** `x-clustr-request` is the door's word, so only its socket believes it; `idempotency-key` is the caller's own. */
function keyOf(req: IncomingMessage, listener: Listener): string {
  const chosen = req.headers["idempotency-key"];
  const door = listener.kind === "agents" ? req.headers["x-clustr-request"] : undefined;
  const [kind, key] = chosen === undefined ? ["door", door] : ["key", chosen];
  if (key === undefined) return randomUUID();
  if (typeof key !== "string" || !key || key.length > KEY_LIMIT) {
    throw new ClustrError("invalid", `The id of a request has 1 to ${KEY_LIMIT} characters.`);
  }
  // One id given to two different calls must not make the second a no-op.
  return `${kind}:${key}:${sha256(`${req.method ?? ""} ${pathOf(req)}`).slice(0, 16)}`;
}
