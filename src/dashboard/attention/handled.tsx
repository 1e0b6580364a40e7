import "./handled.css";
import { useCallback, useEffect, useState, type ToggleEvent } from "react";
import { toFailure } from "../../contract/error.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { AgentMark } from "../agent/mark.tsx";
import { Button } from "../controls/button.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { useHere, useOnline } from "../live/here.tsx";

type Answers = Output<Operations["attention.handled"]>;

interface HandledProps {
  open: boolean;
  onToggle: (open: boolean) => void;
}

/** The latest answers, folded: what was asked, who answered, when and how. Asked for when it is opened. */
export function Handled({ open, onToggle }: HandledProps) {
  return (
    <details
      className="inbox-fold"
      open={open}
      onToggle={({ newState }: ToggleEvent<HTMLDetailsElement>) => onToggle(newState === "open")}
    >
      <summary>Handled</summary>
      {open && <List />}
    </details>
  );
}

function List() {
  const { client, live } = useHere();
  const online = useOnline();
  const [answers, setAnswers] = useState<Answers>();
  const [problem, setProblem] = useState<string>();
  const load = useCallback(
    (signal?: AbortSignal) =>
      client.call("attention.handled", {}, { signal }).then(
        (all) => {
          setAnswers(all.toReversed());
          setProblem(undefined);
        },
        (error: unknown) => !signal?.aborted && setProblem(toFailure(error).message),
      ),
    [client],
  );
  useEffect(() => {
    if (!online) return;
    const gone = new AbortController();
    void load(gone.signal);
    // Answers of others too, and what became of them.
    const unhear = live.onEvent(({ type }) => {
      if (type === "attention.answered" || type === "attention.unanswered") void load(gone.signal);
    });
    return () => {
      unhear();
      gone.abort();
    };
  }, [live, load, online]);
  if (problem !== undefined)
    return (
      <p role="alert" className="trouble handled-trouble">
        {problem} <Button onClick={() => void load()}>Try again</Button>
      </p>
    );
  if (!answers) return online ? <Skeleton rows={3} /> : <p className="handled-none">Not connected.</p>;
  if (answers.length === 0) return <p className="handled-none">Nothing was answered yet.</p>;
  return (
    <ol className="handled" aria-label="Handled">
      {answers.map((one) => (
        <li key={`${one.id} ${one.at}`}>
          <AgentMark name={one.agent} />
          <span className="handled-what">
            <span className="clip" title={one.detail ?? one.title}>
              <strong>{one.agent}</strong> {one.title}
            </span>
            {one.detail && one.detail !== one.title && (
              <code className="clip" title={one.detail}>
                {one.detail}
              </code>
            )}
            {one.problem && <span className="handled-vain">It had no effect: {one.problem}.</span>}
          </span>
          <span className="handled-answer">
            <strong>{SAID[one.answer]}</strong>
            {one.words && <span>{one.words}</span>}
          </span>
          <span className="meta">
            {one.by === "human" ? "you" : one.by} · <Ago at={one.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

const SAID: Record<Answers[number]["answer"], string> = {
  allow: "Allowed once",
  always: "Always allowed",
  deny: "Denied",
  option: "Chose",
  text: "Answered",
};
