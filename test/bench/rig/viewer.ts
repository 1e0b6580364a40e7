import { createHash } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import {
  decodeBinary,
  encodeBinary,
  PROTOCOL,
  type ClientFrame,
  type ServerFrame,
} from "../../../src/contract/wire.ts";
import type { RunningClustr } from "../../rig/clustr.ts";

const KEY_MS = 20;
const ECHO_LIMIT_MS = 5_000;

/** One terminal as a viewer got it. */
export class Watched {
  readonly agent: string;
  epoch = "";
  /** Bytes of the terminal that it has, or skipped. */
  offset = 0;
  /** Bytes that came, as output. */
  delivered = 0;
  /** Screens that came, the first included. */
  screens = 0;
  /** Of those bytes. */
  hash = createHash("sha1");
  changed: () => void = () => {};

  constructor(agent: string) {
    this.agent = agent;
  }

  /** Counts anew from here. */
  begin(): void {
    this.delivered = this.screens = 0;
    this.hash = createHash("sha1");
  }

  async until(enough: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.changed = () => enough() && resolve();
      this.changed();
    });
    this.changed = () => {};
  }
}

/** A page without a page: follows terminals over the server's socket, and draws in no time. */
export class Viewer {
  readonly #socket: WebSocket;
  readonly #watched: Watched[];

  private constructor(socket: WebSocket, watched: Watched[]) {
    this.#socket = socket;
    this.#watched = watched;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#bytes(data);
      else this.#frame(JSON.parse(data.toString()) as ServerFrame);
    });
  }

  /** Connects and asks for all of them at once; each goes on where it was. */
  static async open({ ready, token }: Pick<RunningClustr, "ready" | "token">, watched: Watched[]): Promise<Viewer> {
    const socket = new WebSocket(`${ready.url.replace("http", "ws")}/ws`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const viewer = new Viewer(socket, watched);
    await once(socket, "open");
    viewer.#send({ type: "hello", protocol: PROTOCOL, workspace: ready.workspace });
    for (const [channel, { agent, epoch, offset }] of watched.entries())
      viewer.#send({ type: "attach", channel, agent, ...(epoch === "" ? {} : { epoch, offset }) });
    return viewer;
  }

  /** Milliseconds after which each of so many keys, typed into the first terminal, came back. */
  async echoes(count: number): Promise<number[]> {
    const echoes: number[] = [];
    const [first] = this.#watched;
    if (!first) throw new Error("nothing is watched");
    for (let key = 0; key < count; key++, await wait(KEY_MS)) {
      const before = first.delivered;
      const typed = performance.now();
      this.#socket.send(encodeBinary({ kind: 0, channel: 0, offset: 0, bytes: Buffer.from("k") }));
      const late = wait(ECHO_LIMIT_MS, true, { ref: false });
      if ((await Promise.race([first.until(() => first.delivered > before), late])) === true)
        throw new Error(`no echo of key ${key}`);
      echoes.push(performance.now() - typed);
    }
    return echoes;
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(frame: ClientFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === "refused") throw new Error(frame.failure.message);
    const watched = "channel" in frame && frame.channel !== undefined ? this.#watched[frame.channel] : undefined;
    if (!watched || frame.type !== "screen") return;
    watched.epoch = frame.epoch;
    watched.offset = frame.offset;
  }

  #bytes(data: Buffer): void {
    const frame = decodeBinary(data);
    const watched = frame && this.#watched[frame.channel];
    if (!watched) return;
    if (frame.kind === 1) watched.screens++;
    else {
      if (frame.offset !== watched.offset)
        throw new Error(`had ${watched.offset} bytes, got those from ${frame.offset}`);
      watched.offset += frame.bytes.length;
      watched.delivered += frame.bytes.length;
      watched.hash.update(frame.bytes);
      this.#send({ type: "ack", channel: frame.channel, offset: watched.offset });
    }
    watched.changed();
  }
}
