import type { Socket } from "node:net";
import { ClustrError, toFailure } from "../../contract/error.ts";
import type { TerminalChunk } from "../../core/ports/terminal.ts";
import {
  type CallName,
  type Calls,
  encodeJson,
  encodeOutput,
  type Frame,
  frameReader,
  LINK_PROTOCOL,
  type Reply,
  type Request,
} from "../link.ts";
import { Follower } from "./follower.ts";
import { Share } from "./share.ts";
import type { Terminals } from "./terminals.ts";
import { checkSize } from "./usable.ts";

/** Followers one client may have. */
const STREAMS = 1_000;
/** Bytes of answers a client may leave unread before it is dropped: output itself is bounded by acknowledgements. */
const UNREAD_LIMIT = 64 * 1_048_576;

/** The host, as its clients see it. */
export interface Serving {
  terminals: Terminals;
  version: string;
  epoch: string;
  retire(): void;
  /** Ends every program; `leave` is called once the answer is on its way. */
  shutdown(graceMs: number): Promise<{ ended: number; survivors: number[] }>;
  leave(): void;
  log(message: string): void;
}

type Answers = { [K in CallName]: (input: Calls[K]["in"]) => Calls[K]["out"] | Promise<Calls[K]["out"]> };

/** Answers one client on its connection, until it closes. Requests are taken in order; slow ones do not hold up others. */
export function serveClient(socket: Socket, host: Serving): void {
  const streams = new Map<number, Follower>();
  const share = new Share(() => socket.writableLength);
  let greeted = false;

  const answers: Answers = {
    hello: ({ protocols }) => {
      if (!protocols.includes(LINK_PROTOCOL))
        throw new ClustrError(
          "invalid",
          `This terminal host speaks protocol ${LINK_PROTOCOL}, the caller only ${protocols.join(", ")}.`,
        );
      greeted = true;
      return { protocol: LINK_PROTOCOL, version: host.version, epoch: host.epoch };
    },
    ensure: ({ spec }) => host.terminals.ensure(spec),
    list: () => host.terminals.list(),
    info: async ({ id }) => (await host.terminals.find(id)).info,
    resize: async ({ id, cols, rows }) => {
      checkSize(cols, rows);
      (host.terminals.get(id) ?? (await host.terminals.find(id))).resize(cols, rows);
      return null;
    },
    follow: async ({ id, from, stream }) => {
      const { info, output } = await host.terminals.find(id);
      if (!Number.isSafeInteger(from) || from < 0 || from > info.endOffset) {
        throw new ClustrError(
          "invalid",
          `Terminal ${id} has printed ${info.endOffset} bytes; output from byte ${from} on does not exist yet.`,
        );
      }
      if (streams.size >= STREAMS)
        throw new ClustrError("limited", `One client may follow ${STREAMS} terminals. Let go of some.`);
      // The reply is written first: the follower sends in a later turn.
      setImmediate(() => {
        if (socket.destroyed || streams.has(stream)) return;
        const send = (chunk: TerminalChunk): void => {
          socket.write(
            chunk.type === "bytes" ? encodeOutput(stream, chunk.offset, chunk.bytes) : encodeJson({ stream, chunk }),
          );
        };
        const follower = new Follower(output, from, send, share.mayGo);
        streams.set(stream, follower);
        void follower.pump();
      });
      return info;
    },
    unfollow: ({ stream }) => {
      streams.get(stream)?.close();
      streams.delete(stream);
      return null;
    },
    kill: async ({ id, graceMs }) => ({ survivors: await host.terminals.kill(id, graceMs) }),
    forget: async ({ id }) => {
      await host.terminals.forget(id);
      return null;
    },
    orphans: () => host.terminals.orphans(),
    retire: () => {
      host.retire();
      return null;
    },
    shutdown: ({ graceMs }) => host.shutdown(graceMs),
  };

  const reply = (answer: Reply) => {
    if (!socket.destroyed) socket.write(encodeJson(answer));
    if (socket.writableLength > UNREAD_LIMIT) socket.destroy(new Error("the client does not read"));
  };
  const refuse = (request: number, error: unknown) => {
    if (!(error instanceof ClustrError))
      host.log(`a call failed inside: ${error instanceof Error ? error.stack : String(error)}`);
    reply({ request, failure: toFailure(error) });
  };

  async function answer<K extends CallName>(request: {
    request: number;
    call: K;
    with: Calls[K]["in"];
  }): Promise<void> {
    try {
      if (!greeted && request.call !== "hello") throw new ClustrError("invalid", "A client says hello first.");
      const known: Answers[K] | undefined = Object.hasOwn(answers, request.call) ? answers[request.call] : undefined;
      if (!known || typeof request.with !== "object" || request.with === null)
        throw new ClustrError(
          "not_found",
          `This terminal host (version ${host.version}) does not know the call ${request.call}.`,
        );
      reply({ request: request.request, value: await known(request.with) });
      if (request.call === "shutdown") host.leave();
    } catch (error) {
      refuse(request.request, error);
    }
  }

  function take(frame: Frame): void {
    if (frame.type === "json") {
      if (!isRequest(frame.value)) throw new Error("not a request");
      void answer(frame.value);
    }
    if (frame.type === "ack") streams.get(frame.stream)?.ack(frame.offset);
    else if (frame.type === "input") void input(frame);
  }

  /** A known terminal takes its bytes in this very turn, so input keeps its order. */
  async function input({ request, id, bytes }: Extract<Frame, { type: "input" }>): Promise<void> {
    try {
      (host.terminals.get(id) ?? (await host.terminals.find(id))).write(bytes);
      reply({ request, value: null });
    } catch (error) {
      refuse(request, error);
    }
  }

  function isRequest(value: unknown): value is Request {
    const { request, call } = (value ?? {}) as Partial<Request>;
    return Number.isSafeInteger(request) && typeof call === "string";
  }

  const read = frameReader(take);
  socket.setNoDelay(true);
  socket.on("drain", () => void share.next());
  socket.on("data", (piece) => {
    try {
      read(piece as Buffer);
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on("error", (error) => host.log(`a client's connection broke: ${error.message}`));
  socket.on("close", () => {
    for (const follower of streams.values()) follower.close();
    streams.clear();
  });
}
