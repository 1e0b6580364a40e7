import type { IncomingMessage } from "node:http";
import { ClustrError, hasCode } from "../contract/error.ts";

/** Bytes a request's body may have, unless its operation says otherwise. */
export const BODY_LIMIT = 2 * 1024 * 1024;

/**
 * Reads a JSON body; undefined when there is none. Only `application/json` is read: a page elsewhere cannot send that
 * without a preflight, which is never granted. Rejects with `too_large` or `invalid`.
 */
export async function readJson(req: IncomingMessage, limit = BODY_LIMIT): Promise<unknown> {
  const declared = Number(req.headers["content-length"] ?? 0);
  if (declared === 0 && req.headers["transfer-encoding"] === undefined) return undefined;
  if (declared > limit) throw tooLarge(limit);
  if (!/^application\/json\s*(;|$)/i.test(req.headers["content-type"] ?? "")) {
    throw new ClustrError("invalid", "A body must be JSON, sent with content-type application/json.");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      chunks.push(chunk);
    }
  } catch (error) {
    if (hasCode(error)) throw error;
    throw new ClustrError("invalid", "The caller hung up before its request was complete. Nothing was done.");
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new ClustrError("invalid", "The body is not valid JSON. Nothing was done.");
  }
}

function tooLarge(limit: number): ClustrError {
  return new ClustrError(
    "too_large",
    `A request like this may carry ${Math.floor(limit / 1_000_000)} MB at most. Nothing was done; put large content in a file and send its path.`,
  );
}
