import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { Event } from "../../src/contract/event.ts";
import { emptyView } from "../../src/contract/view.ts";
import { decodeBinary, encodeBinary, PROTOCOL, type ClientFrame, type ServerFrame } from "../../src/contract/wire.ts";

/** A terminal as the test keeps it: everything it ever printed. */
export interface WireTerminal {
  epoch: string;
  printed: Buffer;
}

/** The server's side of `/ws`, speaking src/contract/wire.ts. */
export class WireSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has("clustr") ? "clustr" : false),
  });
  readonly #watching = new Map<WebSocket, Map<number, string>>();
  readonly events: Event[] = [];
  readonly terminals = new Map<string, WireTerminal>();
  /** Every text frame received, in order. */
  readonly frames: ClientFrame[] = [];
  /** Protocol lists offered by clients. */
  readonly offers: string[] = [];
  typed = "";
  /** Takes frames and answers none, as a peer behind a network that went away. */
  mute = false;
  protocol = PROTOCOL;
  /** Sent instead of a welcome. */
  refuse: ServerFrame | undefined;
  /** Sends the whole view to a client that asks for events after less than this. */
  replayFrom = 0;

  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.offers.push(request.headers["sec-websocket-protocol"] ?? "");
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#watching.set(client, new Map());
      client.on("close", () => this.#watching.delete(client));
      client.on("message", (data: Buffer, binary) => {
        if (this.mute) return;
        if (binary) this.typed += Buffer.from(decodeBinary(data)?.bytes ?? []).toString();
        else this.#receive(client, JSON.parse(data.toString()) as ClientFrame);
      });
    });
  }

  get connected(): number {
    return this.#watching.size;
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const client of this.#watching.keys()) client.terminate();
  }

  /** Records an event and sends it to everybody. */
  happen(event: Event): void {
    this.events.push(event);
    this.send({ type: "event", event });
  }

  send(frame: ServerFrame): void {
    for (const client of this.#watching.keys()) client.send(JSON.stringify(frame));
  }

  /** Lets an agent's terminal print. */
  print(agent: string, text: string): void {
    const terminal = this.#terminal(agent);
    const offset = terminal.printed.length;
    terminal.printed = Buffer.concat([terminal.printed, Buffer.from(text)]);
    this.#each(agent, (client, channel) =>
      client.send(encodeBinary({ kind: 0, channel, offset, bytes: Buffer.from(text) })),
    );
  }

  /** Sends bytes at any offset, as a faulty or lossy server would. */
  misprint(agent: string, offset: number, text: string): void {
    this.#each(agent, (client, channel) =>
      client.send(encodeBinary({ kind: 0, channel, offset, bytes: Buffer.from(text) })),
    );
  }

  exit(agent: string, code: number): void {
    this.#each(agent, (client, channel) =>
      client.send(JSON.stringify({ type: "exit", channel, code, signal: null, at: "" } satisfies ServerFrame)),
    );
  }

  #each(agent: string, act: (client: WebSocket, channel: number) => void): void {
    for (const [client, channels] of this.#watching)
      for (const [channel, name] of channels) if (name === agent) act(client, channel);
  }

  #terminal(agent: string): WireTerminal {
    const terminal = this.terminals.get(agent) ?? { epoch: "first", printed: Buffer.alloc(0) };
    this.terminals.set(agent, terminal);
    return terminal;
  }

  #receive(client: WebSocket, frame: ClientFrame): void {
    this.frames.push(frame);
    const send = (answer: ServerFrame): void => client.send(JSON.stringify(answer));
    if (frame.type === "hello") {
      if (this.refuse) return send(this.refuse);
      send({ type: "welcome", protocol: this.protocol, server: "wire" });
      const after = frame.after;
      if (after === undefined || after < this.replayFrom)
        send({ type: "view", view: { ...emptyView(), seq: this.events.at(-1)?.seq ?? 0 } });
      else for (const event of this.events) if (event.seq > after) send({ type: "event", event });
    }
    if (frame.type === "ping") send({ type: "pong" });
    if (frame.type === "detach") this.#watching.get(client)?.delete(frame.channel);
    if (frame.type !== "attach") return;
    const { channel, agent } = frame;
    this.#watching.get(client)?.set(channel, agent);
    const { epoch, printed } = this.#terminal(agent);
    if (frame.epoch === epoch && frame.offset !== undefined) {
      client.send(encodeBinary({ kind: 0, channel, offset: frame.offset, bytes: printed.subarray(frame.offset) }));
      return;
    }
    send({
      type: "screen",
      channel,
      epoch,
      offset: printed.length,
      cols: frame.cols ?? 80,
      rows: frame.rows ?? 24,
      exact: true,
    });
    client.send(encodeBinary({ kind: 1, channel, offset: printed.length, bytes: printed }));
  }
}
