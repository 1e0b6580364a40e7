import "./attention.css";
import { useEffect, useLayoutEffect, useRef, useState, type FormEvent } from "react";
import type { Client } from "../client/client.ts";
import type { Agent, Attention } from "../contract/agent.ts";
import { toFailure } from "../contract/error.ts";
import { Time } from "./time.tsx";

/** How long clicks are ignored after items have moved: longer than a click that was already on its way. */
const MOVING_MS = 400;

interface Props {
  client: Client;
  agents: Agent[];
  /** Shows the terminal of an agent. */
  onShow: (agent: string) => void;
}

/** Everything that waits for the person, oldest first, above all else. Nothing when nothing does. */
export function AttentionList({ client, agents, onShow }: Props) {
  const waiting = agents
    .flatMap(({ id, attention: item }) => (item ? [{ agent: id, item }] : []))
    .toSorted((a, b) => Date.parse(a.item.since) - Date.parse(b.item.since));
  const moving = useMoving(waiting.map(({ item }) => item.id).join());
  if (waiting.length === 0) return null;
  return (
    <section className="attention" aria-label="Needs you">
      <ul aria-live="polite" data-moving={moving || undefined}>
        {waiting.map(({ agent, item }) => (
          <Item key={item.id} client={client} item={item} onShow={() => onShow(agent)} />
        ))}
      </ul>
    </section>
  );
}

/** True for a moment after an item has come or gone: a button may have moved right under a finger. */
function useMoving(ids: string): boolean {
  const before = useRef(ids);
  const [moves, setMoves] = useState(0);
  useLayoutEffect(() => {
    if (ids !== before.current) setMoves((count) => count + 1);
    before.current = ids;
  }, [ids]);
  useEffect(() => {
    const timer = setTimeout(() => setMoves(0), MOVING_MS);
    return () => clearTimeout(timer);
  }, [moves]);
  return moves > 0;
}

function Item({ client, item, onShow }: { client: Client; item: Attention; onShow: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const answer = async (text: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      // The digest of what is on the screen: an answer never lands on something that has changed since.
      await client.call("attention.answer", { id: item.id, answer: text, digest: item.digest });
    } catch (error) {
      setProblem(toFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  const off = busy || item.answered === true;
  const trouble = problem ?? item.problem;
  return (
    <li aria-busy={off}>
      <p className="asks">
        <span aria-hidden="true">▲</span> <strong>{item.agent}</strong> {item.title} <Time at={item.since} />
      </p>
      {item.detail && item.detail !== item.title && <pre tabIndex={0}>{item.detail}</pre>}
      <div className="answers">
        {item.answers.includes("allow") && (
          <button className="primary" disabled={off} onClick={() => void answer("allow")}>
            Allow
          </button>
        )}
        {item.answers.includes("always") && (
          <button disabled={off} onClick={() => void answer("always")}>
            Always allow {item.agent}
          </button>
        )}
        {item.answers.includes("deny") && (
          <button disabled={off} onClick={() => void answer("deny")}>
            Deny
          </button>
        )}
        {item.answers.includes("option") &&
          item.options.map(({ label, description }, index) => (
            <button key={label} disabled={off} title={description} onClick={() => void answer(String(index + 1))}>
              {label}
            </button>
          ))}
        {item.answers.includes("text") && <OwnWords disabled={off} onAnswer={answer} />}
        <button className="quiet" onClick={onShow}>
          {item.answers.length > 0 ? "Terminal" : "Answer in its terminal"}
        </button>
      </div>
      {trouble && (
        <p role="alert" className="trouble">
          {trouble}
        </p>
      )}
    </li>
  );
}

function OwnWords({ disabled, onAnswer }: { disabled: boolean; onAnswer: (text: string) => Promise<void> }) {
  const [text, setText] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") void onAnswer(text);
  };
  return (
    <form onSubmit={send}>
      <input
        aria-label="Your answer"
        placeholder="Your answer"
        value={text}
        disabled={disabled}
        onChange={(event) => setText(event.target.value)}
      />
      <button disabled={disabled || text.trim() === ""}>Answer</button>
    </form>
  );
}
