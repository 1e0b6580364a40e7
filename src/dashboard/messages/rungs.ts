import type { Rung } from "../../contract/message.ts";

/** The way up, as it is drawn; the other two rungs are ends of their own. */
export const UP: Rung[] = ["queued", "handed", "seen", "read", "answered"];
export const RUNGS: Rung[] = [...UP, "dropped", "undeliverable"];

export const WORDS: Record<Rung, string> = {
  queued: "queued",
  handed: "handed over",
  seen: "seen",
  read: "read",
  answered: "answered",
  dropped: "dropped",
  undeliverable: "undeliverable",
};

const CHANNELS: Record<string, string> = {
  "tool-boundary": "between two tool calls",
  turn: "as a new turn",
  "turn-end": "at the end of its turn",
  socket: "into its session",
  typed: "typed into its terminal",
  poll: "when it asked",
  tool: "when it asked",
  feed: "here",
};

/** How a message was handed over, as the end of a sentence. */
export function channelWords(channel: string): string {
  return CHANNELS[channel] ?? `by ${channel}`;
}
