import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { ClustrError } from "../contract/error.ts";
import type { Call } from "./auth.ts";
import { serveConnection } from "./connection.ts";
import { createDrivers } from "./drivers.ts";
import { pathOf } from "./request.ts";
import type { Surface } from "./surface.ts";

/** Sockets with the same credential. */
export const SOCKET_LIMIT = 20;
/** Bytes of one frame from a client. */
const FRAME_LIMIT = 1_048_576;

/** The socket at `/ws`. */
export interface Sockets {
  /** Turns a request that passed the gate into a socket. Throws instead when it may not be one: nothing was answered then. */
  upgrade(req: IncomingMessage, stream: Duplex, head: Buffer, call: Call): void;
}

/** The only place that answers 101. Sockets end when the signal aborts. */
export function createSockets(surface: Surface, signal: AbortSignal): Sockets {
  const drivers = createDrivers(surface.host);
  /** How many sockets each credential has open; gone with the last. */
  const open = new Map<string, number>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_LIMIT,
    perMessageDeflate: false,
    clientTracking: false,
    // The list may hold a token as well; only this name is ever answered.
    handleProtocols: (offered) => offered.has("clustr") && "clustr",
  });

  return {
    upgrade(req, stream, head, call) {
      if (pathOf(req) !== "/ws") throw new ClustrError("not_found", "The socket is at /ws.");
      if (!call.caller.rights.has("events.read"))
        throw new ClustrError("forbidden", "The socket is for people; agents have their tools.");
      const count = open.get(call.session) ?? 0;
      if (count >= SOCKET_LIMIT)
        throw new ClustrError("limited", `There are ${SOCKET_LIMIT} open sockets already; close a tab first.`);
      open.set(call.session, count + 1);
      stream.once("close", () => {
        const left = (open.get(call.session) ?? 1) - 1;
        if (left > 0) open.set(call.session, left);
        else open.delete(call.session);
      });
      server.handleUpgrade(req, stream, head, (socket) =>
        serveConnection(socket, call, { ...surface, drivers }, signal),
      );
    },
  };
}
