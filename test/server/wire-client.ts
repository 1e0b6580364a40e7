import { once } from "node:events";
import { WebSocket } from "ws";
import { decodeBinary, encodeBinary, PROTOCOL, type ClientFrame, type ServerFrame } from "../../src/contract/wire.ts";
import type { TestHome } from "./home.ts";

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;

/** A client that keeps every frame as it came, and acknowledges only when told. */
export class WireClient {
  readonly socket: WebSocket;
  readonly frames: ServerFrame[] = [];
  /** Bytes of kind 0 by channel, as received. */
  readonly output = new Map<number, Buffer[]>();
  /** Screens of kind 1, as text. */
  readonly screens: string[] = [];
  /** Offset behind the last byte received, by channel. */
  readonly ends = new Map<number, number>();
  closed: { code: number; reason: string } | undefined;
  #changed: (() => void)[] = [];

  constructor(home: TestHome, token = home.human) {
    this.socket = new WebSocket(`${home.server.url.replace("http", "ws")}/ws`, {
      headers: { authorization: `Bearer ${token}` },
    });
    this.socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#binary(data);
      else this.frames.push(JSON.parse(data.toString()) as ServerFrame);
      this.#wake();
    });
    this.socket.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#wake();
    });
    this.socket.on("error", () => {});
  }

  /** Connects and says hello; resolves after the welcome. */
  static async open(
    home: TestHome,
    options: { workspace?: string; after?: number; token?: string } = {},
  ): Promise<WireClient> {
    const client = new WireClient(home, options.token);
    await once(client.socket, "open");
    const { after } = options;
    client.send({
      type: "hello",
      protocol: PROTOCOL,
      workspace: options.workspace ?? home.workspace.id,
      ...(after === undefined ? {} : { after }),
    });
    await client.next("welcome");
    return client;
  }

  send(frame: ClientFrame | string): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  type(channel: number, text: string): void {
    this.socket.send(encodeBinary({ kind: 0, channel, offset: 0, bytes: Buffer.from(text) }));
  }

  /** All bytes of a channel. */
  bytes(channel = 1): Buffer {
    return Buffer.concat(this.output.get(channel) ?? []);
  }

  all<T extends ServerFrame["type"]>(type: T): Of<T>[] {
    return this.frames.filter((frame): frame is Of<T> => frame.type === type);
  }

  /** The `count`-th frame of a type, when it has come. */
  async next<T extends ServerFrame["type"]>(type: T, count = 1): Promise<Of<T>> {
    await this.until(() => this.all(type).length >= count, `${count} ${type}`);
    return this.all(type)[count - 1] as Of<T>;
  }

  async until(condition: () => boolean, what: string, ms = 5000): Promise<void> {
    const end = performance.now() + ms;
    while (!condition()) {
      const left = end - performance.now();
      if (left <= 0)
        throw new Error(
          `waited for ${what}; got ${JSON.stringify(this.frames).slice(0, 500)} closed ${JSON.stringify(this.closed)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed.push(() => (clearTimeout(timer), resolve()));
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }

  #binary(data: Buffer): void {
    const frame = decodeBinary(data);
    if (!frame) throw new Error("not a binary frame");
    const { channel, offset, bytes, kind } = frame;
    if (kind === 1) {
      this.screens.push(Buffer.from(bytes).toString());
      this.ends.set(channel, offset);
      return;
    }
    const end = this.ends.get(channel);
    if (end !== undefined && end !== offset) throw new Error(`gap: had ${end}, got ${offset}`);
    this.ends.set(channel, offset + bytes.length);
    this.output.set(channel, [...(this.output.get(channel) ?? []), Buffer.from(bytes)]);
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }
}
