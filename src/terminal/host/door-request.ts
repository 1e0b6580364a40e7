import type { IncomingMessage } from "node:http";
import type { DoorLimits, Hold } from "./door-limits.ts";

/** The header under which a request keeps its identity when it is sent again. Only the door sets it. */
export const REQUEST_ID = "x-clustr-request";

/** Headers that speak of one connection, not of the request (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
]);

/** Origin-form only: an absolute or `//` target would name another host than the Host header does. */
const TARGET = /^\/(?!\/)[\x21\x22\x24-\x5b\x5d-\x7e]*$/;

/** Why a request is refused before anything else looks at it, or undefined when it is well formed. */
export function malformed(request: IncomingMessage): { status: 400 | 501; problem: string } | undefined {
  // Node takes two Host headers and uses the first silently, and HTTP/1.0 without any.
  const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length;
  if (hosts !== 1) return { status: 400, problem: "A request needs exactly one Host header." };
  if (!TARGET.test(request.url ?? ""))
    return { status: 400, problem: "The request target must be a plain path beginning with one '/'." };
  if (request.headers.upgrade !== undefined)
    return { status: 501, problem: "The agents' door speaks plain HTTP; it does not upgrade connections." };
  return undefined;
}

/** Headers that may pass on, as name, value, name, value…; those of one connection and those in `without` are left out. */
export function endToEnd(raw: readonly string[], without: readonly string[]): string[] {
  const dropped = new Set([...HOP_BY_HOP, ...without]);
  for (const [name, value] of pairs(raw)) {
    if (name.toLowerCase() === "connection")
      for (const token of value.split(",")) dropped.add(token.trim().toLowerCase());
  }
  dropped.delete("host");
  return pairs(raw).flatMap(([name, value]) => (dropped.has(name.toLowerCase()) ? [] : [name, value]));
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ""] as [string, string]] : []));
}

/** The headers an agent's request goes on with: its own, one length and its identity. */
export function forwardHeaders(request: IncomingMessage, id: string, length: number): string[] {
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  const headers = endToEnd(request.rawHeaders, ["content-length", REQUEST_ID]);
  if (hasBody) headers.push("content-length", String(length));
  headers.push(REQUEST_ID, id);
  return headers;
}

/**
 * Reads a body whole. What is too large, or finds no room, is read to its end and thrown away, so that the agent is able
 * to read why it was refused. Rejects when the agent hangs up.
 */
export async function readBody(
  request: IncomingMessage,
  limits: DoorLimits,
  hold: Hold,
): Promise<Buffer | "too_large" | "no_room"> {
  let chunks: Buffer[] = [];
  let size = 0;
  let refused: "too_large" | "no_room" | undefined;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.requestBytes) refused = "too_large";
    else if (!refused && !hold.take(chunk.length)) refused = "no_room";
    if (!refused) chunks.push(chunk);
    else if (chunks.length > 0) {
      chunks = [];
      hold.release();
    }
  }
  return refused ?? Buffer.concat(chunks);
}
