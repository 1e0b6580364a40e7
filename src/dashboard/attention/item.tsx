import "./item.css";
import { useId, useState, type FormEvent, type ReactNode } from "react";
import type { Attention } from "../../contract/agent.ts";
import { toFailure } from "../../contract/error.ts";
import { AgentMark } from "../agent/mark.tsx";
import { Button } from "../controls/button.tsx";
import { Told } from "../controls/told.tsx";
import { Ago } from "../controls/time.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { Several } from "./several.tsx";
import { SnoozeMenu } from "./snooze.tsx";

interface ItemProps {
  item: Attention;
  /** Shows the terminal of the agent it holds. */
  onShow: () => void;
  /** Whether it can be put aside; it can, unless it is. */
  snooze?: boolean;
  /** At the end of the row of answers. */
  more?: ReactNode;
}

/** Something that waits for the person: exactly what it is about, and every way to answer it. */
export function Item({ item, onShow, snooze = true, more }: ItemProps) {
  const { client } = useHere();
  const online = useOnline();
  const [busy, setBusy] = useState(false);
  const [denying, setDenying] = useState(false);
  const [problem, setProblem] = useState<string>();
  const heading = useId();
  const answer = async (text: string, reason?: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      // The digest of what is on the screen: an answer never lands on something that has changed since.
      await client.call("attention.answer", {
        id: item.id,
        answer: text,
        digest: item.digest,
        ...(reason && { reason }),
      });
    } catch (error) {
      setProblem(toFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  const off = busy || item.answered === true || !online;
  const trouble = problem ?? item.problem;
  const can = (kind: Attention["answers"][number]) => item.answers.includes(kind);
  return (
    <article className="item" aria-busy={off} aria-labelledby={heading}>
      <header>
        <AgentMark name={item.agent} />
        <h2 id={heading}>
          {item.agent} <span>{item.title}</span>
        </h2>
        <Ago at={item.since} />
      </header>
      {item.detail && item.detail !== item.title && (
        <pre tabIndex={0} role="group" aria-label="What it is about">
          {item.detail}
        </pre>
      )}
      {denying ? (
        <OwnWords
          label="Why not (the agent is told)"
          send="Deny"
          empty
          disabled={off}
          onAnswer={(reason) => answer("deny", reason)}
          onCancel={() => setDenying(false)}
        />
      ) : (
        <div className="item-answers">
          {can("allow") && (
            <Button look="primary" disabled={off} onClick={() => void answer("allow")}>
              Allow once
            </Button>
          )}
          {can("always") && (
            <Button disabled={off} onClick={() => void answer("always")}>
              Always allow {item.agent}
            </Button>
          )}
          {can("deny") && (
            <>
              <Button disabled={off} onClick={() => void answer("deny")}>
                Deny
              </Button>
              <Button look="quiet" disabled={off} onClick={() => setDenying(true)}>
                Deny and say why…
              </Button>
            </>
          )}
          {can("option") && item.several && <Several options={item.options} disabled={off} onAnswer={answer} />}
          {can("option") && !item.several && (
            <ul className="item-options" aria-label="Options">
              {item.options.map(({ label, description }, index) => (
                <li key={label}>
                  <Button disabled={off} onClick={() => void answer(String(index + 1))}>
                    {label}
                  </Button>
                  {description && <span className="muted">{description}</span>}
                </li>
              ))}
            </ul>
          )}
          {can("text") && <OwnWords label="Your answer" send="Answer" disabled={off} onAnswer={answer} />}
          <Button look="quiet" icon="terminal" onClick={onShow}>
            {item.answers.length > 0 ? "Open terminal" : "Answer in its terminal"}
          </Button>
          {snooze && <SnoozeMenu item={item} disabled={off} />}
          {more && <span className="item-more">{more}</span>}
        </div>
      )}
      {trouble && (
        <p role="alert" className="trouble">
          <Told text={trouble} />
        </p>
      )}
    </article>
  );
}

interface OwnWordsProps {
  label: string;
  send: string;
  /** Nothing at all is an answer too. */
  empty?: boolean;
  disabled: boolean;
  onAnswer: (text: string) => Promise<void>;
  onCancel?: () => void;
}

function OwnWords({ label, send, empty = false, disabled, onAnswer, onCancel }: OwnWordsProps) {
  const [text, setText] = useState("");
  const missing = !empty && text.trim() === "";
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!missing) void onAnswer(text);
  };
  return (
    <form className="item-words" onSubmit={onSubmit}>
      <input
        className="input"
        aria-label={label}
        placeholder={label}
        value={text}
        disabled={disabled}
        autoFocus={onCancel !== undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={disabled || missing}>
        {send}
      </Button>
      {onCancel && (
        <Button look="quiet" onClick={onCancel}>
          Back
        </Button>
      )}
    </form>
  );
}
