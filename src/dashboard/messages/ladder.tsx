import "./ladder.css";
import type { Delivery, Message, Rung } from "../../contract/message.ts";
import { Time } from "../controls/time.tsx";

/** The way up, as it is drawn; the other two rungs are ends of their own. */
const UP: Rung[] = ["queued", "handed", "seen", "read", "answered"];

const WORDS: Record<Rung, string> = {
  queued: "queued",
  handed: "handed over",
  seen: "seen",
  read: "read",
  answered: "answered",
  dropped: "dropped",
  undeliverable: "undeliverable",
};

/** What has become of a message: for one recipient at once, for several as counts that open. */
export function Ladder({ message }: { message: Message }) {
  const deliveries = Object.entries(message.deliveries);
  if (deliveries.length === 0) return null;
  const list = (
    <ul className="ladder">
      {deliveries.map(([inbox, delivery]) => (
        <Steps key={inbox} delivery={delivery} />
      ))}
    </ul>
  );
  if (deliveries.length === 1) return list;
  return (
    <details className="ladder">
      <summary>{counts(deliveries.map(([, delivery]) => delivery))}</summary>
      {list}
    </details>
  );
}

function Steps({ delivery: { to, rung, why, channel, at } }: { delivery: Delivery }) {
  const reached = UP.indexOf(rung);
  const more = why ?? (channel === undefined ? undefined : `by ${channel}`);
  return (
    <li data-rung={rung}>
      <span className="steps" aria-hidden="true">
        {reached < 0 ? "✕" : UP.map((step, index) => (index <= reached ? "●" : "○")).join("")}
      </span>{" "}
      {to}: <strong>{WORDS[rung]}</strong> <Time at={at} />
      {more && <span className="muted"> {more}</span>}
    </li>
  );
}

/** How many recipients are on each rung, from the bottom up. */
function counts(deliveries: Delivery[]): string {
  return (Object.keys(WORDS) as Rung[])
    .flatMap((rung) => {
      const count = deliveries.filter((delivery) => delivery.rung === rung).length;
      return count === 0 ? [] : [`${count} ${WORDS[rung]}`];
    })
    .join(" · ");
}
