import { listOf, type Mail } from "../../contract/mail.ts";
import type { View } from "../../contract/view.ts";

const cache = new WeakMap<Mail, { upTo: number; by: Map<string, number> }>();

/** How many messages to the person, by sender, came after what they have read. */
export function unreadBy({ messages, read_up_to: upTo }: View): Map<string, number> {
  const known = cache.get(messages);
  if (known?.upTo === upTo) return known.by;
  const by = new Map<string, number>();
  const list = listOf(messages);
  for (let at = list.length - 1; at >= 0; at--) {
    const message = list[at];
    if (!message || message.seq <= upTo) break;
    if (message.from === "human" || (message.to !== "human" && message.to !== "all")) continue;
    by.set(message.from, (by.get(message.from) ?? 0) + 1);
  }
  cache.set(messages, { upTo, by });
  return by;
}

export function countUnread(view: View): number {
  let sum = 0;
  for (const count of unreadBy(view).values()) sum += count;
  return sum;
}
