import type { Failure } from "../contract/error.ts";
import type { ServerFrame } from "../contract/wire.ts";
import type { Follower, Send } from "./follower.ts";

/** What shows a terminal as text. */
export interface PreviewViewer {
  /** What the screen shows now; rows without the blanks at their ends. */
  preview(screen: { cols: number; lines: string[] }): void;
  refused?(failure: Failure): void;
}

/** One terminal followed as text: cheap, a second late, and without a way to type. */
export class PreviewChannel implements Follower {
  readonly #frame: { channel: number; agent: string };
  readonly #viewer: PreviewViewer;
  readonly #send: Send;
  readonly #forget: () => void;

  constructor(channel: number, agent: string, viewer: PreviewViewer, send: Send, forget: () => void) {
    this.#frame = { channel, agent };
    this.#viewer = viewer;
    this.#send = send;
    this.#forget = forget;
  }

  attach(): void {
    this.#send({ type: "preview", ...this.#frame });
  }

  detach(): void {
    this.#forget();
    this.#send({ type: "detach", channel: this.#frame.channel });
  }

  lost(): void {}

  receive(frame: ServerFrame): void {
    if (frame.type === "preview") this.#viewer.preview(frame);
    else if (frame.type === "refused") this.#viewer.refused?.(frame.failure);
  }

  receiveBinary(): void {}
}
