import { useEffect, useState } from "react";
import { HUMAN } from "../../contract/actor.ts";
import type { Message } from "../../contract/message.ts";
import { firstLine } from "./plain.ts";
import { nameWords } from "./names.ts";

/** At most one announcement in this time. */
const PAUSE_MS = 2_000;

/** Tells screen readers what has just come: one message by its words, several by their number. */
export function Announce({ messages }: { messages: readonly Message[] }) {
  const newest = messages.at(-1)?.seq ?? 0;
  const [said, setSaid] = useState({ upTo: newest, text: "" });
  useEffect(() => {
    if (newest <= said.upTo) return;
    const timer = setTimeout(() => {
      const news = messages.filter(({ seq, from }) => seq > said.upTo && from !== HUMAN);
      const [only] = news;
      const text =
        news.length > 1
          ? `${news.length} new messages`
          : only
            ? `${nameWords(only.from)} to ${nameWords(only.to)}: ${firstLine(only.content)}`
            : "";
      setSaid({ upTo: newest, text });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [messages, newest, said.upTo]);
  return (
    <p className="unseen" role="status" aria-label="New messages">
      {said.text}
    </p>
  );
}
