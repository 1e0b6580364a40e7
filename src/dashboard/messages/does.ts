import type { Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useAct, useHere } from "../live/here.tsx";
import { go } from "../route/route.ts";
import type { EntryDoes } from "./entry.tsx";
import type { Feed } from "./feed.ts";
import { quoteOf, type Reply } from "./reply.tsx";
import { keyOf, type Row } from "./rows.ts";
import { isCut } from "./text.tsx";
import { EVERYTHING } from "./wanted.ts";

/** What the messages of a list can be asked to do, and the reply that is being written in it. */
export function useEntryDoes(
  feed: Feed,
  rows: readonly Row[],
  virtual: Virtualizer<HTMLDivElement, Element>,
): { does: EntryDoes; replying: Reply | undefined } {
  const { client } = useHere();
  const act = useAct();
  const [replying, setReplying] = useState<Reply>();
  const now = useRef(rows);
  useEffect(() => {
    now.current = rows;
  }, [rows]);
  const does = useMemo<EntryDoes>(
    () => ({
      jump(id) {
        const index = now.current.findIndex((row) => keyOf(row) === id);
        const seq = feed.find(id)?.seq;
        if (index >= 0) virtual.scrollToIndex(index, { align: "center" });
        // Where a filter hides it, it is shown among all the others.
        go({ ...(index < 0 && EVERYTHING), message: id, seq: seq === undefined ? undefined : String(seq) });
      },
      reply(id, quote = false) {
        const content = id === undefined ? undefined : feed.find(id)?.content;
        setReplying(id === undefined ? undefined : { id, text: quote && content ? quoteOf(content) : "" });
      },
      write: (text) => setReplying((was) => was && { ...was, text }),
      again: (message, to) =>
        void act(async () => {
          const { content } = isCut(message) ? await client.call("message.get", { seq: message.seq }) : message;
          await client.call("message.send", { to, content, urgency: message.urgency });
        }, `Sent to ${to} once more.`),
    }),
    [act, client, feed, virtual],
  );
  return { does, replying };
}
