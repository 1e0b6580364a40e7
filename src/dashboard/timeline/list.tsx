import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import { AgentMark } from "../agent/mark.tsx";
import { Button } from "../controls/button.tsx";
import { toast } from "../controls/toast.tsx";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { dayWords, Older } from "../messages/dividers.tsx";
import { WhoMark } from "../messages/who.tsx";
import { go, useRoute } from "../route/route.ts";
import type { Entry } from "./entries.ts";
import type { History, HistoryState } from "./history.ts";
import { lanesOf, type Lane } from "./lanes.ts";
import { TimelineRow, type RowDoes } from "./row.tsx";

const ROW = 34;
/** Pages that are looked through for an entry that is linked to. */
const PAGES = 10;

interface TimelineListProps {
  history: History;
  state: HistoryState;
  /** Oldest first. */
  entries: readonly Entry[];
}

/** The entries, the newest at the top; only those on the screen are there. */
export function TimelineList({ history, state, entries }: TimelineListProps) {
  const { client } = useHere();
  const online = useOnline();
  const { event: target } = useRoute();
  const { older, loading, failure } = state;
  const agents = useView((view) => view.agents);
  const rollbacks = useView((view) => view.files.rollbacks);
  const lanes = useMemo(() => lanesOf(entries, agents), [entries, agents]);
  const step = lanes.length <= 8 ? 20 : lanes.length <= 14 ? 16 : 12;
  const box = useRef<HTMLDivElement>(null);
  const [atTop, setAtTop] = useState(true);
  const at = useCallback((index: number) => entries[entries.length - 1 - index], [entries]);

  const { answers, undone } = useMemo(() => {
    const back = new Set(entries.flatMap((entry) => entry.undone ?? []));
    for (const one of rollbacks) if (one.undone) back.add(one.id);
    const replies = new Map(entries.flatMap(({ answers: to, message }) => (to && message ? [[to, message]] : [])));
    return { answers: replies, undone: back };
  }, [entries, rollbacks]);

  const count = entries.length + (older ? 1 : 0);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by a compiler.
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    getItemKey: useCallback((index) => at(index)?.key ?? "older", [at]),
    estimateSize: () => ROW,
    overscan: 8,
    initialRect: { width: 800, height: 800 },
  });
  const does = useMemo<RowDoes>(
    () => ({
      jump: (message) => go({ event: message }),
      undo: (id) =>
        void client.call("change.undo", { id }).then(
          ({ files }) => toast(`Undone: ${files.length} file${files.length === 1 ? "" : "s"} as before.`),
          (error: unknown) => toast(toFailure(error).message, { trouble: true }),
        ),
    }),
    [client],
  );

  // What comes above must not push away what is being read.
  const newest = entries.at(-1)?.key;
  const was = useRef({ count: entries.length, newest });
  useLayoutEffect(() => {
    const { count: before, newest: top } = was.current;
    if (!atTop && top !== newest && box.current) {
      const added = entries.length - before;
      if (added > 0 && added < 500) box.current.scrollTop += added * ROW;
    }
    was.current = { count: entries.length, newest };
  }, [entries.length, newest, atTop]);

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= entries.length - 4 && older && !loading && !failure) void history.load();
  }, [last, older, loading, failure, history, entries.length]);

  const found = useRef<string>(undefined);
  const tries = useRef(0);
  useEffect(() => {
    if (target === undefined || found.current === target) return;
    const index = entries.findLastIndex((entry) => entry.message === target || String(entry.seq) === target);
    if (index >= 0) {
      found.current = target;
      tries.current = 0;
      virtual.scrollToIndex(entries.length - 1 - index, { align: "center" });
    } else if (older && !loading && tries.current++ < PAGES) void history.load();
  }, [target, entries, older, loading, history, virtual]);

  return (
    <div className="timeline-frame">
      <LaneHeads lanes={lanes} step={step} />
      <div
        className="timeline scroll"
        role="list"
        aria-label="What happened, the newest first"
        aria-busy={loading}
        // A scrolling region must be reachable by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        ref={box}
        onScroll={({ currentTarget }) => setAtTop(currentTarget.scrollTop < ROW)}
      >
        <div className="timeline-rows" role="presentation" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const entry = at(index);
            const newer = at(index - 1);
            const day = entry && dayWords(entry.at);
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                role="presentation"
                className="timeline-place"
                style={{ transform: `translateY(${start}px)` }}
              >
                {entry ? (
                  <>
                    {(!newer || dayWords(newer.at) !== day) && (
                      <div className="timeline-day" role="presentation">
                        {day}
                      </div>
                    )}
                    <TimelineRow
                      entry={entry}
                      lanes={lanes}
                      step={step}
                      lit={target !== undefined && (entry.message === target || String(entry.seq) === target)}
                      answer={entry.message === undefined ? undefined : answers.get(entry.message)}
                      undone={entry.undo !== undefined && undone.has(entry.undo)}
                      online={online}
                      does={does}
                    />
                  </>
                ) : (
                  <div role="listitem">
                    <Older what="What happened before" failure={failure?.message} onRetry={() => void history.load()} />
                  </div>
                )}
              </div>
            );
          })}
        </div>
      </div>
      {!atTop && (
        <div className="feed-pill">
          <Button onClick={() => virtual.scrollToOffset(0)}>Newest</Button>
        </div>
      )}
    </div>
  );
}

/** Whose lanes they are; a click shows that agent's alone. */
function LaneHeads({ lanes, step }: { lanes: readonly Lane[]; step: number }) {
  if (step < 16 || lanes.length === 0) return null;
  return (
    <div className="timeline-heads" role="group" aria-label="Lanes">
      {lanes.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          style={{ width: step }}
          aria-label={`Only ${name === "human" ? "you" : name}`}
          data-tip={name === "human" ? "You" : name}
          onClick={() => go({ of: name, event: undefined })}
        >
          {id === "human" ? <WhoMark of="human" /> : <AgentMark name={name} />}
        </button>
      ))}
    </div>
  );
}
