import { useState, type FormEvent } from "react";
import type { Agent } from "../../contract/agent.ts";
import { Button } from "../controls/button.tsx";
import { toast } from "../controls/toast.tsx";
import { useAct, useOnline } from "../live/here.tsx";
import type { Hunk } from "./types.ts";

/** Lines of a hunk that go with a comment. */
const QUOTED = 12;

interface CommentBoxProps {
  agent: Agent;
  path: string;
  /** What it is about; without one, the whole file. */
  hunk: Hunk | undefined;
  onClose: () => void;
}

/** What a person has to say of a change, as a message to the agent that made it. */
export function CommentBox({ agent, path, hunk, onClose }: CommentBoxProps) {
  const act = useAct();
  const online = useOnline();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    setBusy(true);
    const content = `${text.trim()}\n\n${aboutOf(path, hunk)}`;
    const sent = await act((client) => client.call("message.send", { to: agent.name, content }));
    setBusy(false);
    if (!sent) return;
    toast(`Sent to ${agent.name}.`);
    onClose();
  };
  return (
    <form className="diff-comment" onSubmit={(event) => void onSubmit(event)}>
      <textarea
        className="input"
        rows={2}
        autoFocus
        aria-label={`Comment to ${agent.name}`}
        placeholder={`Tell ${agent.name} what you think of ${hunk ? "this hunk" : "this file"}`}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
      <Button look="primary" type="submit" disabled={busy || !online || text.trim() === ""}>
        Send to {agent.name}
      </Button>
      <Button look="quiet" onClick={onClose}>
        Cancel
      </Button>
    </form>
  );
}

function aboutOf(path: string, hunk: Hunk | undefined): string {
  if (!hunk) return `(about your changes in ${path})`;
  const lines = [...hunk.before.map((line) => `- ${line}`), ...hunk.now.map((line) => `+ ${line}`)];
  const shown = lines.slice(0, QUOTED);
  if (lines.length > QUOTED) shown.push(`… ${lines.length - QUOTED} more lines`);
  return `(about ${path}, line ${hunk.new_line})\n${shown.join("\n")}`;
}
