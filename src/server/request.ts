import type { IncomingMessage } from "node:http";
import { ClustrError } from "../contract/error.ts";

/** A listener, as far as the checks of a request care. */
export interface Listener {
  /** `page`: people, on TCP. `agents`: the socket behind the agents' door. */
  kind: "page" | "agents";
  /** Port a client sees; late, because it is known only once listening. */
  port(): number;
  /** More ports that lead here: doors of older terminal hosts, which agents of an earlier release still use. */
  olderPorts?(): number[];
}

/** The only names a client may know a listener by. */
export function hostsOf(listener: Listener): string[] {
  const ports = [listener.port(), ...(listener.olderPorts?.() ?? [])];
  return ports.flatMap((port) => [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
}

/** The path of a request, without its query: what may be logged. */
export function pathOf(req: IncomingMessage): string {
  return (req.url ?? "/").split("?", 1)[0] ?? "/";
}

/** Whether the request changes something, or opens a channel that could. */
export function changesState(req: IncomingMessage): boolean {
  return req.headers.upgrade !== undefined || !["GET", "HEAD"].includes(req.method ?? "");
}

/**
 * Refuses requests that a web page elsewhere could have caused, and targets that two parsers could read differently.
 * Node lets all of these through: a second Host header, HTTP/1.0 without one, absolute-form targets, `#` and `\`.
 */
export function checkRequest(req: IncomingMessage, listener: Listener): void {
  if (!/^\/(?!\/)[^#\\]*$/.test(req.url ?? "")) {
    throw new ClustrError("invalid", "The request target must be a plain path on this server.");
  }
  const hosts = hostsOf(listener);
  const count = req.rawHeaders.filter((header, at) => at % 2 === 0 && header.toLowerCase() === "host").length;
  if (count !== 1 || !hosts.includes(req.headers.host ?? "")) {
    throw new ClustrError(
      "forbidden",
      "Clustr answers only to its own local address; open the link that `clustr link` prints.",
    );
  }
  const origin = req.headers.origin;
  // Agents are no web pages: at their door any Origin is one too many.
  if (origin !== undefined && (listener.kind === "agents" || !hosts.some((host) => origin === `http://${host}`))) {
    throw new ClustrError("forbidden", "Another web page may not talk to Clustr.");
  }
  const site = req.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new ClustrError(
      "forbidden",
      "Another web page may not talk to Clustr; type or paste the address instead of following a link.",
    );
  }
}
