import type { Delivery, Message } from "../../contract/message.ts";
import { ago, plain, type Style } from "./style.ts";

/** What has become of a message for one recipient, in a few words. */
function rungOf({ rung, channel, why }: Delivery): string {
  const how = channel === undefined ? "" : ` (${channel})`;
  switch (rung) {
    case "queued":
      return why ? `queued: ${why}` : "queued";
    case "handed":
      return `handed over${how}`;
    case "seen":
      return "seen";
    case "read":
      return "read";
    case "answered":
      return "answered";
    case "dropped":
      return why ? `dropped: ${why}` : "dropped";
    case "undeliverable":
      return why ? `undeliverable: ${why}` : "undeliverable";
  }
}

/** A message that was just sent, with where it is on its way. */
export function showSent(message: Message, style: Style): string {
  const deliveries = Object.values(message.deliveries);
  if (deliveries.length === 0) return `${message.id}: saved; nobody is there to receive it`;
  const width = Math.max(...deliveries.map(({ to }) => to.length));
  const lines = deliveries.map(
    (delivery) => `${delivery.to.padEnd(width)}  ${style.paint(colorOf(delivery), plain(rungOf(delivery)))}`,
  );
  return [`sent ${style.paint("dim", message.id)}`, ...lines].join("\n");
}

/** Messages as a feed, oldest first. */
export function showMessages(messages: Message[], style: Style): string {
  if (messages.length === 0) return "No messages yet.";
  return messages.map((message) => showMessage(message, style)).join("\n\n");
}

/** A page of what was found, and how to get the one before it. */
export function showFound(
  { messages, next }: { messages: Message[]; next?: number | undefined },
  style: Style,
): string {
  const found = messages.length === 0 ? "No message matches." : showMessages(messages, style);
  return next === undefined ? found : `${found}\n\n${style.paint("dim", `Earlier ones: --before ${next}`)}`;
}

function showMessage(message: Message, style: Style): string {
  const head = `${style.paint("bold", message.from)} → ${message.to}  ${style.paint("dim", `${ago(message.at, style.now)}  ${message.id}`)}`;
  const more =
    message.size > Buffer.byteLength(message.content)
      ? `\n  … (${message.size} bytes in all; --json has the record)`
      : "";
  const text = plain(message.content)
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
  const ladder = Object.values(message.deliveries)
    .map((delivery) => `${delivery.to}: ${plain(rungOf(delivery))}`)
    .join(", ");
  return `${head}\n${text}${more}${ladder ? `\n  ${style.paint("dim", ladder)}` : ""}`;
}

function colorOf({ rung }: Delivery): "red" | "green" | "yellow" {
  return rung === "undeliverable" ? "red" : rung === "queued" ? "yellow" : "green";
}
