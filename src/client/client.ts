import { ClustrError, FAILURES, fromFailure, hasCode, type Failure, type FailureCode } from "../contract/error.ts";
import type { Input, Output } from "../contract/operation.ts";
import type { OperationName, Operations } from "../contract/operations.ts";
import { buildRequest, type CallRequest, type Route } from "./request.ts";

/** Every operation's route. Node derives it (`routes.ts`); a page gets it from `GET /api`, so that schemas stay out of it. */
export type Routes = Record<OperationName, Route>;

/** Which server, which workspace, and who calls. */
export interface ClientOptions {
  /** Where the server is, e.g. `http://127.0.0.1:3100`; empty for the page's own server. */
  base: string;
  routes: Routes;
  /** Workspace of the calls that need one. */
  workspace?: string | undefined;
  /** Bearer token; a page has its cookie instead. */
  token?: string | undefined;
  fetch?: typeof fetch;
}

/** Of one call. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds until the call counts as failed; 30 000 unless given. */
  timeoutMs?: number;
}

/** Calls operations by name, typed by the contract. */
export interface Client {
  readonly base: string;
  readonly workspace: string | undefined;
  /**
   * @throws ClustrError as the server answered it; `unavailable` when it gave no usable answer. An aborted `signal`
   * rejects with the signal's own reason.
   */
  call<N extends OperationName>(
    name: N,
    input: Input<Operations[N]>,
    options?: CallOptions,
  ): Promise<Output<Operations[N]>>;
  /** The same client, for another workspace. */
  in(workspace: string): Client;
}

const TIMEOUT_MS = 30_000;
/** A call that broke off is repeated for this long: a server that was killed is usually back by then. */
const REPEAT_MS = 5_000;
const PAUSE_MS = 200;

/** A client of one server; nothing is sent until a call is made. */
export function createClient(options: ClientOptions): Client {
  return {
    base: options.base,
    workspace: options.workspace,
    in: (workspace) => createClient({ ...options, workspace }),
    call: async (name, input, { signal, timeoutMs = TIMEOUT_MS } = {}) => {
      const request = buildRequest(options.routes[name], input as Record<string, unknown>, options.workspace);
      const timeout = AbortSignal.timeout(timeoutMs);
      const init = {
        method: request.method,
        headers: headersOf(request, options.token),
        body: request.body ?? null,
        redirect: "error" as const,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      };
      for (let until: number | undefined; ;) {
        try {
          return await answerOf(await (options.fetch ?? fetch)(options.base + request.path, init), options.base);
        } catch (error) {
          if (signal?.aborted) throw signal.reason;
          if (hasCode(error)) throw error;
          const certain = until === undefined && wasRefused(error);
          until ??= Date.now() + REPEAT_MS;
          if (certain || timeout.aborted || Date.now() > until)
            throw silence(options.base, request, certain, timeout.aborted ? timeoutMs : undefined, error);
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
    },
  };
}

/** A change carries an id of its own: the server makes a repeat under the same id a no-op with the same answer. */
function headersOf(request: CallRequest, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (request.method !== "GET") headers["idempotency-key"] = crypto.randomUUID();
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  return headers;
}

/** The output, or the failure thrown. What is not JSON did not come from Clustr: another program has the port. */
async function answerOf<T>(response: Response, base: string): Promise<T> {
  const text = await response.text();
  const body = parseJson(text);
  if (response.ok && body !== undefined) return body as T;
  if (isFailure(body)) throw fromFailure(body);
  throw new ClustrError(
    "unavailable",
    `${base || "The server"} answered (${response.status}), but not as Clustr does: another program may have taken its port. Start Clustr again with "clustr" in the project folder.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFailure(body: unknown): body is Failure {
  if (typeof body !== "object" || body === null) return false;
  const { code, message } = body as Partial<Failure>;
  return typeof message === "string" && typeof code === "string" && Object.hasOwn(FAILURES, code as FailureCode);
}

/** No answer. Says whether the call may have been carried out all the same, since the caller must decide about a repeat. */
function silence(
  base: string,
  request: CallRequest,
  neverSent: boolean,
  timedOutAfterMs: number | undefined,
  cause: unknown,
): ClustrError {
  const server = base ? `The Clustr server at ${base}` : "The Clustr server";
  const harmless = request.method === "GET" || neverSent;
  if (timedOutAfterMs === undefined && harmless) {
    return new ClustrError(
      "unavailable",
      `${server} does not answer; nothing was changed. Start it with "clustr" in the project folder, then try again.`,
      { cause },
    );
  }
  const what =
    timedOutAfterMs === undefined
      ? "broke off and did not come back"
      : `gave no answer within ${timedOutAfterMs / 1000} s`;
  const then = harmless
    ? "Nothing was changed; try again."
    : "Whether the call was carried out is not known: look before you repeat it.";
  return new ClustrError("unavailable", `${server} ${what}. ${then}`, { cause });
}

/** Whether the connection was refused, so that nothing can have been carried out. Only Node tells; a browser hides it. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== "object" || cause === null) return false;
  if ("code" in cause) return cause.code === "ECONNREFUSED";
  return false;
}
