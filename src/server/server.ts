import type { Server } from "node:http";
import type { Logins } from "./access.ts";
import { openAssets } from "./assets.ts";
import { createEntry } from "./entry.ts";
import { listenLocal, listenSocket } from "./listen.ts";
import type { Listener } from "./request.ts";
import { createSockets } from "./socket.ts";
import type { Surface } from "./surface.ts";

/** How long answers under way may take when the server ends, ms. Hooks that are held do not count: the door asks again. */
const GRACE_MS = 1000;

/** What the surfaces are started with. */
export interface ServerOptions extends Surface {
  /** 32 bytes of the home; all bearer tokens are computed from it. */
  secret: Buffer;
  /** One-time links; the core hands out the same ones. */
  logins: Logins;
  /** 0: any. */
  port: number;
  /** Take the next free port when this one is taken. */
  nextFree: boolean;
  /** Path of the unix socket to which the agents' door relays. */
  doorSocket: string;
  /** Port of that door, as agents know it. */
  doorPort: () => number;
  /** Doors of older terminal hosts: the port their agents know, and the socket they relay to. */
  olderDoors?: () => { port: number; target: string }[];
  /** Folder of the built page. */
  page: string | undefined;
  /** Ends the server, like `close`. */
  signal: AbortSignal;
}

/** Surfaces that listen. `close` lets answers under way finish, then cuts what is left; a second call waits for the first. */
export interface RunningServer {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts every surface: the page's listener on 127.0.0.1 and ::1, and the socket behind the agents' door. Rejects with
 * `conflict` when the port is taken or another server has the socket.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log, signal } = options;
  const ending = new AbortController();
  let port = options.port;
  const pages: Listener = { kind: "page", port: () => port };
  const olderDoors = options.olderDoors ?? (() => []);
  const olderPorts = (): number[] => olderDoors().map((older) => older.port);
  const agents: Listener = { kind: "agents", port: options.doorPort, olderPorts };
  const sockets = createSockets(options, ending.signal);

  const assets = await openAssets(options.page);
  const page = () => createEntry(pages, options, { assets, sockets });
  const pageServers = { four: page(), six: page() };
  const door = createEntry(agents, options, undefined);
  const otherDoors: Server[] = [];

  await listenSocket(door, options.doorSocket);
  try {
    port = await listenLocal(pageServers, options.port, options.nextFree);
  } catch (error) {
    await end(door);
    throw error;
  }
  const elsewhere = new Set(olderDoors().map((older) => older.target));
  elsewhere.delete(options.doorSocket);
  for (const socket of elsewhere) {
    const other = createEntry(agents, options, undefined);
    try {
      await listenSocket(other, socket);
      otherDoors.push(other);
    } catch (error) {
      log("agents that were started with another folder for sockets cannot be heard", { socket, error: String(error) });
    }
  }
  const url = `http://127.0.0.1:${port}`;
  log("listening", { url, door: options.doorSocket });

  let closed: Promise<void> | undefined;
  const close = () => (closed ??= shut());
  async function shut(): Promise<void> {
    signal.removeEventListener("abort", onAbort);
    ending.abort();
    await Promise.all([pageServers.four, pageServers.six, door, ...otherDoors].map(end));
  }
  const onAbort = () => void close();
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) await close();
  return { url, port, close };
}

/** Takes no more connections, lets answers under way finish, then cuts what is left. */
async function end(server: Server): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(timer);
}
