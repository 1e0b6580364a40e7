import "./panel.css";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { messageById } from "../../contract/mail.ts";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { go, useRoute } from "../route/route.ts";
import { createFeed } from "./feed.ts";
import { Log } from "./log.tsx";
import { FeedTools } from "./tools.tsx";
import { EVERYTHING, isEverything, wantedOf } from "./wanted.ts";

/** Ledger positions around a message that is linked to: its neighbours are among them. */
const AROUND = 200;

/** What everybody writes to everybody, the newest at the end. */
export function MessagePanel() {
  const { client, live } = useHere();
  const online = useOnline();
  const address = useRoute();
  const { who, what, rung, find } = address;
  const wanted = useMemo(() => wantedOf({ who, what, rung, find }), [who, what, rung, find]);
  const until = usePast(address.message, address.seq);
  const feed = useMemo(() => createFeed(client, live, wanted, until), [client, live, wanted, until]);
  useEffect(() => feed.open(), [feed]);
  const state = useSyncExternalStore(feed.subscribe, feed.state);
  const { messages, known, failure } = state;
  useEffect(() => {
    if (online && failure) void feed.load();
    // Only when contact is back: a failure by itself is not tried again unasked.
  }, [online, feed]); // oxlint-disable-line react/exhaustive-deps

  const empty = messages.length === 0;
  return (
    <>
      <FeedTools wanted={wanted} />
      {empty && !known && !failure && <Skeleton rows={5} />}
      {empty && !known && failure && (
        <Empty
          title="The messages cannot be shown"
          role="alert"
          action={<Button onClick={() => void feed.load()}>Retry</Button>}
        >
          {failure.message}
        </Empty>
      )}
      {empty && known && !state.older && isEverything(wanted) && (
        <Empty title="No messages yet">
          What you and the agents write to each other appears here. Say hello to everyone below.
        </Empty>
      )}
      {empty && known && !state.older && !isEverything(wanted) && (
        <Empty title="Nothing matches" action={<Button onClick={() => go(EVERYTHING)}>Show all messages</Button>}>
          All messages there ever were have been looked through.
        </Empty>
      )}
      {(!empty || (known && state.older)) && (
        <Log
          key={`${JSON.stringify(wanted)} ${until ?? ""}`}
          feed={feed}
          state={state}
          wanted={wanted}
          past={until !== undefined}
        />
      )}
    </>
  );
}

/** Up to where to look when an address points at a message of long ago; undefined when it is near enough to the end. */
function usePast(message: string | undefined, seq: string | undefined): number | undefined {
  const { live } = useHere();
  const [past, setPast] = useState<{ key: string; until: number | undefined }>();
  const key = `${message ?? ""} ${seq ?? ""}`;
  if (past?.key === key) return past.until;
  const view = live.newest().view;
  const end = Number(seq) + AROUND;
  const near = !message || !seq || !view || !(end < view.seq) || messageById(view.messages, message) !== undefined;
  const until = near ? undefined : end;
  setPast({ key, until });
  return until;
}
