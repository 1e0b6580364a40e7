import type { Attention } from "./agent.ts";

/** A person's answer to an attention item, as it was understood. */
export type Answer =
  | { kind: "allow" }
  /** And every later call of its sort in this run. */
  | { kind: "always" }
  | { kind: "deny"; reason?: string | undefined }
  /** One of the item's options, from 0; `more`: further ones, of an item that takes several. */
  | { kind: "option"; index: number; label: string; more?: { index: number; label: string }[] | undefined }
  | { kind: "text"; text: string };

/** What an answer was about, kept with it: the item itself is forgotten once it is over. */
export interface Answered {
  /** Name of the agent that asked. */
  agent: string;
  kind: Attention["kind"];
  title: string;
  detail?: string | undefined;
}

/** What a digest covers. */
export type AttentionContent = Pick<Attention, "kind" | "title" | "detail" | "options">;

/**
 * A short digest of what a person sees of an item. It guards an answer against hitting an item that has changed, not
 * against forgery; ids are what is unique.
 */
export function digestOf({ kind, title, detail, options }: AttentionContent): string {
  return hash(JSON.stringify([kind, title, detail ?? null, options.map(({ label }) => label)]));
}

/** An id for an item: the same for the same occasion, short enough to type. */
export function itemId(occasion: string[]): string {
  return `q${hash(JSON.stringify(occasion)).slice(-6)}`;
}

/** 53 bits, after the public-domain cyrb53. */
function hash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(11, "0");
}
