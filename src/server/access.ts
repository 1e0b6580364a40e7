import { randomBytes } from "node:crypto";
import type { Access } from "../core/ports/access.ts";
import { agentToken, sha256 } from "./tokens.ts";

/** Seconds a login link works, unless it is used before. */
export const LINK_LIFE_S = 300;
/** Links kept open at once; the oldest make room. */
const OPEN_LINKS = 100;

/** Access, with the server's side of it. */
export interface Logins extends Access {
  /** Takes a one-time token out of circulation; false when it is unknown, used or too old. */
  redeem(token: string): boolean;
  /** Puts a token back that was taken although the login could not be recorded. */
  restore(token: string): void;
}

/**
 * Hands out credentials. One-time links live in memory only: a restart ends them, and `clustr link` makes a new one.
 * `url` is asked late, because the port is known only once the server listens.
 */
export function createAccess(options: { secret: Buffer; url: () => string; now?: () => number }): Logins {
  const { secret, url, now = () => performance.now() } = options;
  /** SHA-256 of the token → when it dies, ms. In order of making. */
  const links = new Map<string, number>();

  function keep(hash: string): void {
    links.set(hash, now() + LINK_LIFE_S * 1000);
    for (const [oldest] of links) {
      if (links.size <= OPEN_LINKS) break;
      links.delete(oldest);
    }
  }

  return {
    link() {
      const token = randomBytes(32).toString("base64url");
      keep(sha256(token));
      return { url: url(), login: `${url()}/login?t=${token}`, expires_in_s: LINK_LIFE_S };
    },
    agentToken: (workspace, agent) => agentToken(secret, workspace, agent),
    redeem(token) {
      const hash = sha256(token);
      const dies = links.get(hash);
      links.delete(hash);
      return dies !== undefined && dies > now();
    },
    restore: (token) => keep(sha256(token)),
  };
}
