import "./composer.css";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { sameItems, useHere, useOnline, useView } from "../live/here.tsx";
import { onComposerFocus } from "./focus.ts";

/** Writes to one agent or all, from wherever one is. */
export function Composer() {
  const { client } = useHere();
  const online = useOnline();
  const names = useView(
    ({ agents }) =>
      Object.values(agents)
        .filter(({ live }) => live)
        .map(({ name }) => name),
    sameItems,
  );
  const [to, setTo] = useState("all");
  const [content, setContent] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const recipient = to === "all" || names.includes(to) ? to : "all";

  useEffect(
    () =>
      onComposerFocus((wanted) => {
        if (wanted !== undefined) setTo(wanted);
        text.current?.focus();
      }),
    [],
  );
  const send = async () => {
    if (busy || content.trim() === "" || !online) return;
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
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <select
        className="input"
        aria-label="Recipient"
        value={recipient}
        onChange={(event) => setTo(event.target.value)}
      >
        <option value="all">all</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <textarea
        ref={text}
        className="input"
        aria-label="Message"
        rows={1}
        placeholder={`Message to ${recipient}`}
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Button look="primary" type="submit" disabled={busy || !online || content.trim() === ""}>
        Send
      </Button>
      {problem && (
        <p role="alert" className="trouble">
          {problem}
        </p>
      )}
    </form>
  );
}
