import type { WebSocket } from "ws";
import { ClustrError, toFailure, type Failure } from "../contract/error.ts";
import { decodeBinary, encodeBinary, PROTOCOL, type ClientFrame, type ServerFrame } from "../contract/wire.ts";
import type { OpenWorkspace } from "../core/core.ts";
import { asClustrError } from "../core/errors.ts";
import type { Call } from "./auth.ts";
import { openChannel, type Channel } from "./channel.ts";
import type { Drivers } from "./drivers.ts";
import { parseFrame } from "./frames.ts";
import { openPreview } from "./preview.ts";
import type { Surface } from "./surface.ts";

/** Events a client may be behind and still get replayed; further back the whole view is smaller. */
export const REPLAY_LIMIT = 5000;
/** Bytes that may wait in one socket; beyond it the socket is closed with 1013 and the client comes back where it was. */
export const UNSENT_LIMIT = 4_000_000;
/** Terminals one socket may follow at once. */
const CHANNEL_LIMIT = 64;
/** Between two pings, and the silence after which a client counts as gone, ms. */
const PING_MS = 15_000;
const SILENT_MS = 30_000;
/** How long a client may take to say hello, and to answer that its socket is closed, ms. */
const HELLO_MS = 10_000;
const GOODBYE_MS = 2_000;
/** When this process began: how a client notices that it talks to another one than before. */
const SINCE = new Date(performance.timeOrigin).toISOString();

/** Close codes (RFC 6455 and its registry). A client comes back, except after the two that say it is to blame. */
const CLOSE = { goingAway: 1001, protocolError: 1002, policy: 1008, failed: 1011, restart: 1012, tooSlow: 1013 };

/** Speaks the socket protocol with one client until it leaves, falls silent or the signal aborts. */
export function serveConnection(
  socket: WebSocket,
  call: Call,
  surface: Surface & { drivers: Drivers },
  shutdown: AbortSignal,
): void {
  const { core, version, log } = surface;
  const { rights } = call.caller;
  const life = new AbortController();
  const signal = AbortSignal.any([life.signal, shutdown]);
  const channels = new Map<number, Channel>();
  let workspace: OpenWorkspace | undefined;
  let heard = performance.now();

  const clock = setInterval(
    () => (performance.now() - heard > SILENT_MS ? socket.terminate() : socket.ping()),
    PING_MS,
  );
  const greeting = setTimeout(() => workspace ?? leave(CLOSE.policy, "hello did not come"), HELLO_MS);
  socket.on("pong", () => (heard = performance.now()));
  socket.on("error", (error) => log("a socket failed", { session: call.session, error: error.message }));
  socket.on("close", () => {
    clearInterval(clock);
    clearTimeout(greeting);
    life.abort();
  });
  socket.on("message", (data: Buffer, isBinary) => {
    heard = performance.now();
    try {
      if (isBinary) typed(data);
      else received(parseFrame(data.toString("utf8")));
    } catch (error) {
      void send({ type: "refused", failure: toFailure(asClustrError(error, log, { session: call.session })) });
      leave(CLOSE.policy, "refused");
    }
  });
  shutdown.addEventListener("abort", stop, { once: true });
  life.signal.addEventListener("abort", () => shutdown.removeEventListener("abort", stop), { once: true });

  function stop(): void {
    leave(CLOSE.goingAway, "the server is going away");
  }

  function leave(code: number, reason: string): void {
    socket.close(code, reason);
    // A peer that does not answer the close must not keep the socket.
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }

  /** Resolves when the socket has passed the data on, or is gone. */
  function put(data: string | Uint8Array): Promise<void> {
    if (socket.readyState !== socket.OPEN) return Promise.resolve();
    return new Promise((resolve) => {
      socket.send(data, () => resolve());
      if (socket.bufferedAmount > UNSENT_LIMIT + data.length) leave(CLOSE.tooSlow, "too slow");
    });
  }

  function send(frame: ServerFrame): Promise<void> {
    return put(JSON.stringify(frame));
  }

  function received(frame: ClientFrame | undefined): void {
    if (!frame) throw new ClustrError("invalid", "Not a frame of the socket protocol.");
    if (frame.type === "hello") return greet(frame);
    if (frame.type === "ping") return void send({ type: "pong" });
    if (!workspace) throw new ClustrError("invalid", "hello comes first.");
    const channel = channels.get(frame.channel);
    switch (frame.type) {
      case "attach":
      case "preview":
        channel?.close();
        return show(workspace, frame);
      case "detach":
        channel?.close();
        channels.delete(frame.channel);
        return;
      case "ack":
        return channel?.ack(frame.offset);
      case "resize":
        return channel?.resize({ cols: frame.cols, rows: frame.rows }, frame.take === true);
    }
  }

  function greet(hello: Extract<ClientFrame, { type: "hello" }>): void {
    if (workspace) throw new ClustrError("invalid", "hello comes once.");
    void send({ type: "welcome", protocol: PROTOCOL, server: version, since: SINCE });
    if (hello.protocol !== PROTOCOL) return leave(CLOSE.protocolError, "another protocol version");
    const only = call.caller.workspace;
    workspace = only === undefined || only === hello.workspace ? core.workspace(hello.workspace) : undefined;
    if (!workspace)
      throw new ClustrError(
        "not_found",
        `There is no open workspace "${hello.workspace}". Open its folder with \`clustr FOLDER\`.`,
      );
    if (rights.has("home.manage"))
      tellPreferences().catch((error: unknown) =>
        log("a socket's preferences broke off", { session: call.session, error: String(error) }),
      );
    follow(workspace, hello.after).catch((error: unknown) => {
      if (signal.aborted) return;
      log("a socket's events broke off", { session: call.session, error: String(error) });
      leave(CLOSE.failed, "events broke off");
    });
  }

  /** The view or what is missing of it, then every event as it comes. Pulled at the socket's own pace. */
  async function follow(open: OpenWorkspace, after: number | undefined): Promise<void> {
    const view = open.view();
    const replay = after !== undefined && after <= view.seq && view.seq - after <= REPLAY_LIMIT;
    if (!replay) await send({ type: "view", view });
    for await (const event of open.tail(replay ? after : view.seq, signal)) await send({ type: "event", event });
    if (!signal.aborted) leave(CLOSE.restart, "the workspace was closed");
  }

  async function tellPreferences(): Promise<void> {
    for await (const preferences of core.preferences(signal)) await send({ type: "preferences", preferences });
  }

  /** Opens a channel, as a terminal or as text. */
  function show(open: OpenWorkspace, frame: Extract<ClientFrame, { type: "attach" | "preview" }>): void {
    const { channel } = frame;
    const refuse = (failure: Failure) => void send({ type: "refused", channel, failure, over: true });
    if (!rights.has("terminals.read")) return refuse({ code: "forbidden", message: "You may not watch terminals." });
    if (!channels.has(channel) && channels.size >= CHANNEL_LIMIT)
      return refuse({
        code: "limited",
        message: `A socket shows ${CHANNEL_LIMIT} terminals at most; detach one first.`,
      });
    const outlet = {
      frame: send,
      bytes: (kind: 0 | 1, offset: number, bytes: Uint8Array) => put(encodeBinary({ kind, channel, offset, bytes })),
    };
    const { drivers } = surface;
    const mayType = rights.has("terminals.write");
    channels.set(
      channel,
      frame.type === "attach"
        ? openChannel({ attach: frame, workspace: open, surface, drivers, mayType, outlet, signal })
        : openPreview({ preview: frame, workspace: open, ...surface, outlet, signal }),
    );
  }

  function typed(data: Buffer): void {
    const frame = decodeBinary(data);
    if (frame?.kind !== 0) throw new ClustrError("invalid", "Not a frame of the socket protocol.");
    // The buffer is the socket's to reuse; the input may have to wait.
    channels.get(frame.channel)?.type(Uint8Array.from(frame.bytes));
  }
}
