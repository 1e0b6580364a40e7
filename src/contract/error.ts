/** Why a call failed, as a closed list: surfaces map it once (`FAILURES`), clients switch on it. */
export type FailureCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "limited"
  | "unavailable"
  | "internal";

/** HTTP status and process exit code of each failure. */
export const FAILURES: Record<FailureCode, { http: number; exit: number }> = {
  invalid: { http: 400, exit: 2 },
  unauthenticated: { http: 401, exit: 3 },
  forbidden: { http: 403, exit: 3 },
  not_found: { http: 404, exit: 4 },
  conflict: { http: 409, exit: 5 },
  too_large: { http: 413, exit: 2 },
  limited: { http: 429, exit: 6 },
  unavailable: { http: 503, exit: 7 },
  internal: { http: 500, exit: 1 },
};

/** A failure as it crosses a process border. */
export interface Failure {
  code: FailureCode;
  message: string;
  details?: unknown;
}

/**
 * The one error class of Clustr. The message says what happened, what was kept and what to do.
 * Test by `code`, never by `instanceof`: the class is rebuilt on the far side of the wire.
 */
export class ClustrError extends Error {
  readonly code: FailureCode;
  readonly details: unknown;

  constructor(code: FailureCode, message: string, more: { cause?: unknown; details?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ClustrError";
    this.code = code;
    this.details = more.details;
  }
}

/** Whether something thrown is a failure of Clustr, of one of these codes when any are given. */
export function hasCode(error: unknown, ...codes: FailureCode[]): error is ClustrError {
  if (!(error instanceof Error) || error.name !== "ClustrError") return false;
  return codes.length === 0 || codes.includes((error as ClustrError).code);
}

/** What something thrown says, for a sentence of ours or for the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anything thrown, as a failure for the wire. Unknown errors keep their text out of it: it may hold paths or secrets. */
export function toFailure(error: unknown): Failure {
  if (hasCode(error)) {
    const { code, message, details } = error;
    return details === undefined ? { code, message } : { code, message, details };
  }
  return {
    code: "internal",
    message: "Clustr failed inside; nothing acknowledged was lost. The server's log has the details.",
  };
}

/** A failure from the wire, as the error it was. */
export function fromFailure(failure: Failure): ClustrError {
  return new ClustrError(failure.code, failure.message, { details: failure.details });
}
