import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** How often a connection is looked at, ms. */
const STEP_MS = 10;

/**
 * Stands between viewers and a server, as a network does: it can be slow, or be gone without telling anybody. The Host a
 * viewer names is put right, as the server answers to its own address alone.
 */
export class Proxy {
  /** Bytes a second that get through to the viewers; as many as there are, unless given. */
  rate: number | undefined;
  /** Nothing gets through in either direction on the connections there are; later ones are not touched. */
  readonly #frozen = new Set<Socket>();
  readonly #server: Server;
  /** Each viewer's connection, with what ends it on both sides. */
  readonly #viewers = new Map<Socket, () => void>();
  readonly #to: number;

  private constructor(to: number) {
    this.#to = to;
    this.#server = createServer((viewer) => this.#join(viewer));
  }

  static async open(to: number): Promise<Proxy> {
    const proxy = new Proxy(to);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on nothing more passes on the connections there are. */
  freeze(): void {
    for (const viewer of this.#viewers.keys()) this.#frozen.add(viewer);
  }

  close(): void {
    for (const end of this.#viewers.values()) end();
    this.#server.close();
  }

  #join(viewer: Socket): void {
    const server = connect(this.#to, "127.0.0.1");
    const own = this.base.slice("http://".length);
    let allowed = 0;
    const clock = setInterval(() => {
      if (this.#frozen.has(viewer)) return;
      allowed =
        this.rate === undefined
          ? Number.POSITIVE_INFINITY
          : Math.min(this.rate, allowed + (this.rate * STEP_MS) / 1_000);
      for (let ready: number; (ready = Math.min(Math.floor(allowed), server.readableLength)) > 0;) {
        const piece = server.read(ready) as Buffer | null;
        if (!piece) break;
        allowed -= piece.length;
        viewer.write(piece);
      }
    }, STEP_MS);
    server.on("readable", () => {}); // Paused: what was not read stays with the server.
    viewer.on("data", (piece: Buffer) => {
      if (this.#frozen.has(viewer)) return;
      server.write(
        piece.includes(own) ? piece.toString("latin1").replaceAll(own, `127.0.0.1:${this.#to}`) : piece,
        "latin1",
      );
    });
    const end = (): void => {
      clearInterval(clock);
      this.#viewers.delete(viewer);
      this.#frozen.delete(viewer);
      server.destroy();
      viewer.destroy();
    };
    this.#viewers.set(viewer, end);
    // Of a connection that is frozen neither side hears that the other has gone.
    viewer.on("close", () => this.#frozen.has(viewer) || end());
    server.on("close", end);
    for (const socket of [viewer, server]) socket.on("error", () => {});
  }
}
