import type { Delivery, Message, Rung } from "../../contract/message.ts";
import { Rung as Rungs } from "../../contract/message.ts";
import { ago, firstLine, plain, type Color, type Style } from "./style.ts";

/** What has become of a message, per recipient. */
export interface Ladder extends Pick<Message, "id" | "to" | "at" | "urgency"> {
  from?: string;
  content?: string;
  /** How many recipients are on each rung. */
  counts: Partial<Record<Rung, number>>;
  deliveries: Delivery[];
}

/** The ladder of a message as lists hold it. */
export function ladderOf({ id, from, to, content, at, urgency, deliveries }: Message): Ladder {
  const all = Object.values(deliveries);
  const counts: Ladder["counts"] = {};
  for (const { rung } of all) counts[rung] = (counts[rung] ?? 0) + 1;
  return { id, from, to, content, at, urgency, counts, deliveries: all };
}

/** Messages with every recipient on a line of its own. */
export function showLadders(ladders: Ladder[], style: Style): string {
  if (ladders.length === 0) return "No messages yet.";
  return ladders.map((ladder) => showLadder(ladder, style)).join("\n\n");
}

/** One message: sender, recipients, and how far it has come for each. */
export function showLadder({ id, from, to, content, at, urgency, counts, deliveries }: Ladder, style: Style): string {
  const when = urgency === "now" ? "" : `  ${urgency}`;
  const head = `${from === undefined ? "" : style.paint("bold", from)} → ${to}  ${style.paint("dim", `${ago(at, style.now)}  ${id}${when}`)}`;
  const lines = [head.trimStart()];
  if (content !== undefined) lines.push(`  ${firstLine(content).slice(0, 200)}`);
  if (deliveries.length === 0) lines.push(style.paint("dim", "  settled long ago; its ladder is not kept"));
  if (deliveries.length > 1) lines.push(`  ${countsOf(counts)}`);
  const name = Math.max(...deliveries.map((each) => each.to.length));
  const rung = Math.max(...deliveries.map((each) => wordOf(each.rung).length));
  for (const delivery of deliveries) {
    const { to: recipient, why, channel, at: since } = delivery;
    const more = why ?? (channel === undefined ? "" : `by ${channel}`);
    const word = style.paint(colorOf(delivery.rung), wordOf(delivery.rung).padEnd(rung));
    lines.push(
      `  ${recipient.padEnd(name)}  ${word}  ${ago(since, style.now).padEnd(7)}  ${style.paint("dim", plain(more))}`.trimEnd(),
    );
  }
  return lines.join("\n");
}

/** How many recipients are where, from the bottom of the ladder up: `1 queued · 2 seen`. */
function countsOf(counts: Ladder["counts"]): string {
  return Rungs.options
    .flatMap((rung) => (counts[rung] === undefined ? [] : [`${counts[rung]} ${wordOf(rung)}`]))
    .join(" · ");
}

function wordOf(rung: Rung): string {
  return rung === "handed" ? "handed over" : rung;
}

function colorOf(rung: Rung): Color {
  if (rung === "undeliverable" || rung === "dropped") return "red";
  return rung === "queued" ? "yellow" : "green";
}
