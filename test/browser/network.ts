import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A network between a browser and this machine that can fail: give `proxy` to the browser's context. */
export interface Network extends AsyncDisposable {
  readonly proxy: { server: string; bypass: string };
  /** Ends every connection at once, also with what was under way in it, and lets none begin until `join`. */
  cut(): void;
  join(): void;
}

/** SOCKS 5 as far as browsers need it: no login, one connection to a host and port. */
export async function openNetwork(): Promise<Network> {
  const sockets = new Set<Socket>();
  let joined = true;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    track(near);
    if (!joined) near.destroy();
    else near.once("data", () => (near.write(Uint8Array.of(5, 0)), near.once("data", (asked) => link(near, asked))));
  });
  const link = (near: Socket, asked: Buffer) => {
    const isName = asked[3] === 3;
    const end = isName ? 5 + (asked[4] ?? 0) : 8;
    const host = isName ? asked.toString("latin1", 5, end) : asked.subarray(4, end).join(".");
    const far = connect(asked.readUInt16BE(end), host, () => {
      near.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      near.pipe(far).pipe(near);
    });
    track(far);
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    joined = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    // Chromium would go to this machine directly.
    proxy: { server: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`, bypass: "<-loopback>" },
    cut,
    join: () => (joined = true),
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
