import "./entry.css";
import { memo } from "react";
import { HUMAN, SYSTEM } from "../../contract/actor.ts";
import type { Message, Urgency } from "../../contract/message.ts";
import { Button } from "../controls/button.tsx";
import { Icon } from "../controls/icon.tsx";
import { Time } from "../controls/time.tsx";
import { Ladder } from "./ladder.tsx";
import { EntryMenu } from "./entry-menu.tsx";
import { firstLine } from "./plain.ts";
import { ReplyForm } from "./reply.tsx";
import { MessageText } from "./text.tsx";
import { nameWords } from "./names.ts";
import { Name, WhoMark } from "./who.tsx";

/** What can be done with a message; the same object for all of them. */
export interface EntryDoes {
  jump: (id: string) => void;
  reply: (id: string | undefined, quote?: boolean) => void;
  write: (text: string) => void;
  again: (message: Message, to: string) => void;
}

interface EntryProps {
  message: Message;
  /** What it answers, if that was loaded. */
  answered: Message | undefined;
  find?: string | undefined;
  /** The address points at it. */
  lit: boolean;
  /** The reply that is being written to it. */
  reply: string | undefined;
  does: EntryDoes;
}

const URGENCY: Partial<Record<Urgency, string>> = {
  interrupt: "interrupts",
  "turn-end": "at turn end",
  idle: "when idle",
};

/** One message: who to whom, what, and what has become of it. */
export const Entry = memo(function Entry({ message, answered, find, lit, reply, does }: EntryProps) {
  const { id, from, to, at, urgency, reply_to } = message;
  if (from === SYSTEM) return <Notice message={message} lit={lit} />;
  const mine = from === HUMAN;
  const urgent = URGENCY[urgency];
  return (
    <article className="message" data-mine={mine} data-lit={lit} tabIndex={-1} aria-label={titleOf(message)}>
      <WhoMark of={from} />
      <div className="message-main">
        <div className="message-head">
          <span className="clip">
            <Name of={from} strong />
            <span className="muted"> to </span>
            <Name of={to} />
          </span>
          {urgent && (
            <span className="message-urgency" data-urgency={urgency}>
              {urgency === "interrupt" && <Icon name="interrupt" />}
              {urgent}
            </span>
          )}
          <Time at={at} />
        </div>
        {reply_to !== undefined && (
          <button type="button" className="message-quote" onClick={() => does.jump(reply_to)}>
            {answered ? (
              <>
                <Name of={answered.from} /> <span>{firstLine(answered.content)}</span>
              </>
            ) : (
              <span>Reply to an earlier message</span>
            )}
          </button>
        )}
        <MessageText message={message} find={find} />
        <div className="message-foot">
          <Ladder message={message} onAgain={mine ? (name) => does.again(message, name) : undefined} />
          <div className="message-does">
            <Button look="quiet" onClick={() => does.reply(id)} aria-label={`Reply to ${nameWords(from)}`}>
              Reply
            </Button>
            <EntryMenu message={message} onQuote={() => does.reply(id, true)} />
          </div>
        </div>
        {reply !== undefined && (
          <ReplyForm message={message} text={reply} onText={does.write} onClose={() => does.reply(undefined)} />
        )}
      </div>
    </article>
  );
});

/** The workspace itself says something: quieter than people. */
function Notice({ message, lit }: { message: Message; lit: boolean }) {
  return (
    <article className="message message-notice" data-lit={lit} tabIndex={-1} aria-label={titleOf(message)}>
      <Icon name="why" />
      <div className="message-main">
        <div className="message-head">
          <span className="clip">
            Clustr to <Name of={message.to} />
          </span>
          <Time at={message.at} />
        </div>
        <MessageText message={message} />
      </div>
    </article>
  );
}

function titleOf({ from, to }: Message): string {
  return `${from === HUMAN ? "You" : nameWords(from)} to ${nameWords(to)}`;
}
