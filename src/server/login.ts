import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Core } from "../core/core.ts";
import type { Logins } from "./access.ts";
import { pageAnswer, SECURITY_HEADERS, type Answer } from "./answer.ts";
import { cookieName } from "./auth.ts";
import { sha256 } from "./tokens.ts";

/** Seconds a browser keeps its login: the longest that browsers allow. */
const COOKIE_LIFE_S = 400 * 24 * 3600;

/**
 * Swaps a one-time token for a cookie. `known`: the browser is logged in already, so that a link opened twice is no
 * dead end. Only the cookie's SHA-256 is kept, in the ledger: it outlives restarts.
 */
export async function logIn(
  req: IncomingMessage,
  options: { core: Core; logins: Logins; port: number; known: boolean },
): Promise<Answer> {
  const { core, logins, port, known } = options;
  const token = new URL(req.url ?? "/", "http://localhost").searchParams.get("t") ?? "";
  // A browser that loads ahead of a click must not use the link up.
  const ahead =
    req.method !== "GET" || /prefetch|prerender/.test(String(req.headers["sec-purpose"] ?? req.headers["purpose"]));
  if (ahead || !logins.redeem(token)) {
    if (known) return seeOther({});
    return pageAnswer(
      401,
      "This link has been used or is too old",
      "Each link logs one browser in, once, within five minutes. Run `clustr link` for a new one.",
    );
  }
  const cookie = randomBytes(32).toString("base64url");
  try {
    await core.grantLogin(sha256(cookie));
  } catch (error) {
    logins.restore(token);
    throw error;
  }
  return seeOther({
    "set-cookie": `${cookieName(port)}=${cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${COOKIE_LIFE_S}`,
  });
}

/** On to the page, so that the token leaves the address bar and the history. */
function seeOther(headers: Record<string, string>): Answer {
  return {
    status: 303,
    headers: { location: "/", "cache-control": "no-store", ...SECURITY_HEADERS, ...headers },
    body: "",
  };
}
