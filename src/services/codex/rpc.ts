import { WebSocket, type RawData } from "ws";
import { ClustrError } from "../../contract/error.ts";
import { UNWANTED, type Calls, type Method, type Notice, type Question, type RequestId } from "./protocol.ts";

/** Longest wait for an answer. Codex answers all calls we make at once; its long work is told by notices. */
const CALL_MS = 20_000;
/** Biggest message taken, in bytes: items of a thread carry the whole output of commands. */
const MESSAGE_LIMIT = 64_000_000;

/** An error the app-server answered with: the call was understood and refused. */
export class Refused extends Error {
  override name = "Refused";
}

/** What comes in unasked. Called in the order the server sent it. */
export interface Listener {
  notice(notice: Notice): void;
  question(question: Question): void;
  /** Something came that could not be dealt with; it is skipped. For the log. */
  trouble(what: string): void;
}

/** One connection to an app-server. */
export interface Rpc {
  /** Rejects with `Refused` when the server says no, and with `unavailable` when no answer came: then nobody knows whether it was done. */
  call<M extends Method>(method: M, params: Calls[M]["params"]): Promise<Calls[M]["result"]>;
  /** Answers a question of the server. Whether it counted is told by `serverRequest/resolved` and what follows. */
  reply(id: RequestId, result: unknown): void;
  /** Resolves when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}

type Pending = { resolve(value: unknown): void; reject(error: Error): void };
type Incoming = {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message?: string };
};

/** Connects to the unix socket and introduces us. Rejects when nobody listens there (yet). */
export async function connectRpc(socket: string, listener: Listener, signal: AbortSignal): Promise<Rpc> {
  signal.throwIfAborted();
  const ws = new WebSocket(`ws+unix://${socket}:/`, {
    perMessageDeflate: false,
    handshakeTimeout: CALL_MS,
    maxPayload: MESSAGE_LIMIT,
    // One message at a time: who waited for an answer acts on it before what came after it.
    allowSynchronousEvents: false,
  });
  const pending = new Map<number, Pending>();
  const closed = Promise.withResolvers<void>();
  const stop = (): void => ws.terminate();
  signal.addEventListener("abort", stop, { once: true });
  ws.on("close", () => {
    signal.removeEventListener("abort", stop);
    for (const { reject } of pending.values()) reject(gone());
    pending.clear();
    closed.resolve();
  });
  const take = (message: Incoming): void => {
    if (message.method === undefined) {
      const call = pending.get(Number(message.id));
      pending.delete(Number(message.id));
      if (message.error) call?.reject(new Refused(message.error.message ?? "the app-server gave no reason"));
      else call?.resolve(message.result);
    } else if (message.id === undefined) listener.notice(message as Notice);
    else listener.question(message as Question);
  };
  ws.on("message", (data) => {
    // What a Codex of tomorrow sends may have another shape: one message is skipped, not the server ended.
    try {
      take(JSON.parse(textOf(data)) as Incoming);
    } catch (error) {
      listener.trouble(`A message of Codex's app-server was not understood: ${String(error)}`);
    }
  });
  await new Promise<void>((resolve, reject) => {
    ws.once("open", resolve);
    // Stays on for later errors too: each is followed by "close", which tells it.
    ws.on("error", reject);
  });

  let last = 0;
  const call = <M extends Method>(method: M, params: Calls[M]["params"]): Promise<Calls[M]["result"]> => {
    if (ws.readyState !== WebSocket.OPEN) return Promise.reject(gone());
    const id = ++last;
    const timer = setTimeout(() => {
      pending.get(id)?.reject(silent(method));
      pending.delete(id);
    }, CALL_MS);
    const answer = new Promise((resolve, reject) => pending.set(id, { resolve, reject })).finally(() =>
      clearTimeout(timer),
    );
    ws.send(JSON.stringify({ id, method, params }));
    return answer;
  };
  const capabilities = { experimentalApi: true, requestAttestation: false, optOutNotificationMethods: UNWANTED };
  try {
    await call("initialize", { clientInfo: { name: "clustr", title: "Clustr", version: "0.1.0" }, capabilities });
  } catch (error) {
    stop();
    throw error;
  }
  ws.send(JSON.stringify({ method: "initialized" }));
  const reply = (id: RequestId, result: unknown): void => ws.send(JSON.stringify({ id, result }));
  return { call, reply, closed: closed.promise, close: stop };
}

function silent(method: Method): ClustrError {
  return new ClustrError(
    "unavailable",
    `Codex's app-server did not answer ${method} within ${CALL_MS / 1000} s. The conversation is kept; restart the agent if it stays silent.`,
  );
}

function gone(): ClustrError {
  return new ClustrError(
    "unavailable",
    "The connection to Codex's app-server is gone; the conversation is kept and the connection is tried again.",
  );
}

/** A text frame. ws gives one Buffer unless it was told otherwise. */
function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString("utf8") : "";
}
