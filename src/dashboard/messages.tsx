import { useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Client } from "../client/client.ts";
import type { Agent } from "../contract/agent.ts";
import { toFailure } from "../contract/error.ts";
import { byteLength } from "../contract/fold-messages.ts";
import type { Message } from "../contract/message.ts";
import { Ladder } from "./ladder.tsx";
import { Time } from "./time.tsx";

/** The feed of the workspace and a composer to one agent or all. */
export function MessagePanel({ client, messages, agents }: { client: Client; messages: Message[]; agents: Agent[] }) {
  return (
    <>
      <Feed messages={messages} />
      <Composer client={client} agents={agents.filter(({ live }) => live)} />
    </>
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
      className="feed"
      role="log"
      aria-label="Messages"
      // A scrolling region must be reachable by keyboard.
      tabIndex={0}
      ref={feed}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
        (atEnd.current = scrollHeight - scrollTop - clientHeight < 40)
      }
    >
      {messages.length === 0 && (
        <li className="empty">No messages yet. What you and the agents write to each other appears here.</li>
      )}
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

function Composer({ client, agents }: { client: Client; agents: Agent[] }) {
  const [to, setTo] = useState("all");
  const [content, setContent] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const recipient = to === "all" || agents.some(({ name }) => name === to) ? to : "all";

  const send = async () => {
    if (busy || content.trim() === "") return;
    setBusy(true);
    try {
      await client.call("message.send", { to: recipient, content });
      setContent("");
      setProblem("");
    } catch (error) {
      setProblem(toFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a composition (IME) is open, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <select aria-label="Recipient" value={recipient} onChange={(event) => setTo(event.target.value)}>
        <option value="all">all</option>
        {agents.map(({ id, name }) => (
          <option key={id}>{name}</option>
        ))}
      </select>
      <textarea
        aria-label="Message"
        rows={2}
        placeholder={`Message to ${recipient}`}
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button className="primary" disabled={busy || content.trim() === ""}>
        Send
      </button>
      {problem && (
        <p role="alert" className="trouble">
          {problem}
        </p>
      )}
    </form>
  );
}
