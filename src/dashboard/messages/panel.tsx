import "./panel.css";
import { useLayoutEffect, useRef } from "react";
import { byteLength } from "../../contract/fold-messages.ts";
import type { Message } from "../../contract/message.ts";
import { Empty } from "../controls/empty.tsx";
import { Time } from "../controls/time.tsx";
import { useView } from "../live/here.tsx";
import { Ladder } from "./ladder.tsx";
import { useMark } from "./mark.ts";

/** What everybody writes to everybody, the newest at the end. */
export function MessagePanel() {
  const messages = useView((view) => view.messages);
  useMark();
  return messages.length === 0 ? (
    <Empty title="No messages yet">
      What you and the agents write to each other appears here. Say hello to everyone below.
    </Empty>
  ) : (
    <Feed messages={messages} />
  );
}

function Feed({ messages }: { messages: Message[] }) {
  const feed = useRef<HTMLOListElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (feed.current && atEnd.current) feed.current.scrollTop = feed.current.scrollHeight;
  }, [messages]);
  return (
    <ol
      className="feed scroll"
      role="log"
      aria-label="Messages"
      // A scrolling region must be reachable by keyboard.
      tabIndex={0}
      ref={feed}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
        (atEnd.current = scrollHeight - scrollTop - clientHeight < 40)
      }
    >
      {messages.map((message) => (
        <li key={message.id}>
          <div className="line">
            <strong>{message.from}</strong> <span className="muted">to {message.to}</span> <Time at={message.at} />
          </div>
          <div className="text">{message.content}</div>
          {isCut(message) && <div className="muted">Cut here; clustr messages has all of it.</div>}
          <Ladder message={message} />
        </li>
      ))}
    </ol>
  );
}

/** Whether the view holds only the beginning. Most texts are short and plain, and are not measured. */
function isCut({ size, content }: Message): boolean {
  return size > content.length && size > byteLength(content);
}
