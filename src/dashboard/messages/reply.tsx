import { useState } from "react";
import { ClustrError, toFailure } from "../../contract/error.ts";
import { HUMAN } from "../../contract/actor.ts";
import { messageById } from "../../contract/mail.ts";
import type { Message } from "../../contract/message.ts";
import { Button } from "../controls/button.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { nameWords } from "./names.ts";

/** A reply that is being written. */
export interface Reply {
  /** Id of the message it answers. */
  id: string;
  text: string;
}

interface ReplyFormProps {
  message: Message;
  text: string;
  onText: (text: string) => void;
  onClose: () => void;
}

/** Answers a message where it stands. What could not be sent stays in its field. */
export function ReplyForm({ message, text, onText, onClose }: ReplyFormProps) {
  const { client, live } = useHere();
  const online = useOnline();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const to = message.from === HUMAN ? message.to : message.from;
  const ready = online && !busy && text.trim() !== "";
  const send = async () => {
    if (!ready) return;
    setBusy(true);
    try {
      // The server knows the latest messages by id; an older one is quoted instead.
      const { view } = live.newest();
      const recent = view !== undefined && messageById(view.messages, message.id) !== undefined;
      const content = recent ? text : `${quoteOf(message.content)}${text}`;
      await client.call("message.send", { to, content, ...(recent && { reply_to: message.id }) });
      onText("");
      onClose();
    } catch (error) {
      setProblem(error instanceof ClustrError ? error.message : toFailure(error).message);
      setBusy(false);
    }
  };
  const note = problem || (online ? "" : "Not connected: it can be sent when the server is back.");
  return (
    <form
      className="message-reply"
      aria-label={`Reply to ${nameWords(message.from)}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        className="input"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it opens because somebody wants to write in it.
        autoFocus
        aria-label={`Reply to ${nameWords(to)}`}
        rows={Math.max(2, Math.min(8, text.split("\n").length))}
        value={text}
        onChange={({ target }) => onText(target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onClose();
          if (event.key !== "Enter" || event.shiftKey || matchMedia("(pointer: coarse)").matches) return;
          event.preventDefault();
          void send();
        }}
      />
      {note && (
        <p className="message-problem" role={problem ? "alert" : "status"}>
          {note}
        </p>
      )}
      <div className="message-reply-actions">
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={!ready}>
          {busy ? "Sending…" : problem ? "Retry" : `Reply to ${nameWords(to)}`}
        </Button>
      </div>
    </form>
  );
}

/** The beginning of a text as a quotation, as it is usual in plain text. */
export function quoteOf(content: string): string {
  const lines = content.trim().split("\n");
  const shown = lines.slice(0, 6).map((line) => `> ${line.slice(0, 200)}`);
  return `${shown.join("\n")}${lines.length > 6 ? "\n> …" : ""}\n\n`;
}
