import "./ladder.css";
import { HUMAN } from "../../contract/actor.ts";
import type { Delivery, Message, Rung } from "../../contract/message.ts";
import { Time } from "../controls/time.tsx";
import { Icon } from "../controls/icon.tsx";
import { useKeptOpen } from "./kept-open.ts";
import { channelWords, RUNGS, UP, WORDS } from "./rungs.ts";
import { Name } from "./who.tsx";

interface LadderProps {
  message: Message;
  /** Sends it to somebody it did not reach once more; only for one's own. */
  onAgain?: ((to: string) => void) | undefined;
}

/** What has become of a message: for one recipient at once, for several as counts that open. */
export function Ladder({ message, onAgain }: LadderProps) {
  const deliveries = Object.entries(message.deliveries);
  const [open, setOpen] = useKeptOpen(`ladder ${message.id}`);
  const [only] = deliveries;
  if (!only) return null;
  if (deliveries.length === 1) return <Steps delivery={only[1]} onAgain={onAgain} />;
  return (
    <div className="ladder">
      <button type="button" className="ladder-counts" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? "down" : "command"} />
        {counts(deliveries.map(([, delivery]) => delivery)).map(({ rung, count }) => (
          <span key={rung} data-rung={rung}>
            <Segments rung={rung} />
            {count} <strong>{WORDS[rung]}</strong>
          </span>
        ))}
      </button>
      {open && (
        <ul aria-label="What has become of it, by recipient">
          {deliveries.map(([inbox, delivery]) => (
            <li key={inbox}>
              <Steps delivery={delivery} named onAgain={onAgain} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface StepsProps {
  delivery: Delivery;
  named?: boolean;
  onAgain: LadderProps["onAgain"];
}

function Steps({ delivery: { to, rung, why, channel, at }, named = false, onAgain }: StepsProps) {
  const ended = !UP.includes(rung);
  const more = why ?? (rung === "handed" && channel !== undefined && to !== HUMAN ? channelWords(channel) : undefined);
  return (
    <div className="ladder ladder-steps" data-rung={rung}>
      <Segments rung={rung} />
      <span className="ladder-words">
        {named && (
          <>
            <Name of={to} />{" "}
          </>
        )}
        <strong>{to === HUMAN && rung === "handed" ? "not read yet" : WORDS[rung]}</strong>{" "}
        {rung === "queued" && "since "}
        <Time at={at} />
        {more && <span> · {more}</span>}
      </span>
      {ended && onAgain && (
        <button type="button" className="ladder-again" onClick={() => onAgain(to)}>
          Retry
        </button>
      )}
    </div>
  );
}

/** How far up it has come. */
function Segments({ rung }: { rung: Rung }) {
  const reached = UP.indexOf(rung);
  if (reached < 0)
    return (
      <span className="ladder-cross" aria-hidden="true">
        ✕
      </span>
    );
  return (
    <span className="ladder-segments" aria-hidden="true">
      {UP.map((step, index) => (
        <i key={step} data-on={index <= reached} />
      ))}
    </span>
  );
}

/** How many recipients are on each rung, from the bottom up. */
function counts(deliveries: Delivery[]): { rung: Rung; count: number }[] {
  return RUNGS.map((rung) => ({ rung, count: deliveries.filter((delivery) => delivery.rung === rung).length })).filter(
    ({ count }) => count > 0,
  );
}
