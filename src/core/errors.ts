import { ClustrError, hasCode } from "../contract/error.ts";

/**
 * Anything thrown, as an error for the caller. What is no failure of ours is a bug: the log gets all of it, and the caller
 * only the id under which it is there, since its text may hold paths or secrets.
 */
export function asClustrError(
  error: unknown,
  log: (message: string, details?: Record<string, unknown>) => void,
  where: Record<string, unknown>,
): ClustrError {
  if (hasCode(error)) return error;
  const failure = crypto.randomUUID().slice(0, 8);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log("something failed inside", { failure, ...where, error: text });
  const message = `Clustr failed inside; nothing acknowledged was lost. The server's log has the details under ${failure}.`;
  return new ClustrError("internal", message, { cause: error });
}
