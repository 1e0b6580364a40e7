import "./timeline.css";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { remember, remembered } from "../live/remembered.ts";
import { go, useRoute } from "../route/route.ts";
import { entriesOf } from "./entries.ts";
import { createHistory, PAGE } from "./history.ts";
import { kindsOf } from "./kinds.ts";
import { TimelineList } from "./list.tsx";
import { TimelineTools } from "./tools.tsx";

/** Everything that happened, the newest first, each agent in a lane of its own. */
export function Timeline() {
  const { client, live, workspace } = useHere();
  const online = useOnline();
  const { of, kinds: wanted } = useRoute();
  const kinds = useMemo(() => kindsOf(wanted), [wanted]);
  const place = `${workspace.id} timeline ${kinds.join()} ${of ?? ""}`;
  const history = useMemo(
    () => createHistory(client, live, kinds, of, remembered(place)),
    [client, live, kinds, of, place],
  );
  useEffect(() => {
    const leave = history.open();
    return () => {
      remember(place, history.state().events.slice(-PAGE));
      leave();
    };
  }, [history, place]);
  const state = useSyncExternalStore(history.subscribe, history.state);
  const { events, known, failure, older } = state;
  const names = useView(
    ({ agents }) => new Map(Object.values(agents).map(({ id, name }) => [id, name])),
    (a, b) => a.size === b.size && [...a].every(([id, name]) => b.get(id) === name),
  );
  const entries = useMemo(() => entriesOf(events, names), [events, names]);
  useEffect(() => {
    if (online && failure) void history.load();
    // Only when contact is back: a failure by itself is not tried again unasked.
  }, [online, history]); // oxlint-disable-line react/exhaustive-deps

  const all = kinds.length === 0 && of === undefined;
  return (
    <>
      <TimelineTools kinds={kinds} of={of} />
      {!known && entries.length === 0 && !failure && <Skeleton rows={6} />}
      {!known && failure && (
        <Empty
          title="The timeline cannot be shown"
          role="alert"
          action={<Button onClick={() => void history.load()}>Retry</Button>}
        >
          {failure.message}
        </Empty>
      )}
      {known && entries.length === 0 && !older && (
        <Empty
          title={all ? "Nothing has happened yet" : "Nothing of this kind has happened"}
          action={!all && <Button onClick={() => go({ kinds: undefined, of: undefined })}>Show everything</Button>}
        >
          {all && "What agents and you do appears here as it happens: messages, changes, questions, rollbacks."}
        </Empty>
      )}
      {(entries.length > 0 || (known && older)) && (
        <TimelineList key={`${kinds.join()} ${of ?? ""}`} history={history} state={state} entries={entries} />
      )}
    </>
  );
}
