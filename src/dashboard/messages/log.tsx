import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { HUMAN } from "../../contract/actor.ts";
import { Button } from "../controls/button.tsx";
import { Icon } from "../controls/icon.tsx";
import { go, useRoute } from "../route/route.ts";
import { Day, NewLine, Older } from "./dividers.tsx";
import { Entry } from "./entry.tsx";
import { placeOf, type Feed, type FeedState } from "./feed.ts";
import { useDivider, useMark } from "./mark.ts";
import { heightOf, isDivider, keyOf, rowsOf, type Row } from "./rows.ts";
import { Announce } from "./say.tsx";
import { useEntryDoes } from "./does.ts";
import { isEverything, type Wanted } from "./wanted.ts";

/** This near to its end the feed follows what comes, in pixels. */
const AT_END = 48;
/** Pages that are looked through for a message that is linked to. */
const PAGES = 10;

interface LogProps {
  feed: Feed;
  state: FeedState;
  wanted: Wanted;
  /** Shows the past: what is new is not added. */
  past: boolean;
}

/** The messages as a list of which only what is on the screen is there; it stays at its end unless scrolled up. */
export function Log({ feed, state, wanted, past }: LogProps) {
  const target = useRoute().message || undefined;
  const { messages, older, loading, known, failure } = state;
  const box = useRef<HTMLDivElement>(null);
  const width = useRef(340);
  const [atEnd, setAtEnd] = useState(!past && !target);
  const top = useRef(0);
  const last = messages.at(-1);
  const watching = atEnd && !past && isEverything(wanted);
  const divider = useDivider(watching, last?.seq ?? 0);
  useMark(watching);
  const rows = useMemo(() => rowsOf(messages, divider, older), [messages, divider, older]);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoised by a compiler.
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    // The same function as long as the rows are the same: with another one all of them are laid out anew.
    getItemKey: useCallback((index) => keyAt(rows, index), [rows]),
    estimateSize: (index) => heightOf(rows[index] ?? { kind: "new", key: "new" }, width.current),
    overscan: 4,
    paddingEnd: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: AT_END,
    initialRect: { width: 340, height: 800 },
  });
  // "end" keeps the place when older ones come before it, which was seen to above. Left on, all rows would be added up
  // again for each one that is measured: 100 ms a frame with 50,000. The end itself is kept below.
  virtual.options.anchorTo = "start";
  const { does, replying } = useEntryDoes(feed, rows, virtual);

  useLayoutEffect(() => {
    width.current = box.current?.clientWidth ?? width.current;
  });
  const started = useRef(false);
  useLayoutEffect(() => {
    if (started.current || rows.length === 0) return;
    started.current = true;
    if (!past && !target) virtual.scrollToEnd();
  }, [rows.length, past, target, virtual]);

  // Rows turn out higher than they were taken for, or the room becomes smaller: the end stays the end.
  const total = virtual.getTotalSize();
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (atEnd && !past) virtual.scrollToEnd();
    // Only when a size changes: otherwise whoever scrolls would be held back.
  }, [total, height]); // oxlint-disable-line react/exhaustive-deps

  // Up to where all was seen: what came after it is counted on the pill.
  const [seen, setSeen] = useState(last?.seq ?? 0);
  if (atEnd && last && last.seq !== seen) setSeen(last.seq);
  // What one writes oneself is what one wants to see next.
  const before = useRef(last?.seq ?? 0);
  useEffect(() => {
    if (last && last.seq > before.current && last.from === HUMAN && known) virtual.scrollToEnd();
    before.current = last?.seq ?? 0;
  }, [last, known, virtual]);

  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  useEffect(() => {
    if (first < 4 && older && !loading && !failure) void feed.load();
  }, [first, older, loading, failure, feed, messages.length]);

  // Once for each address: the list may change as often as it likes meanwhile.
  const found = useRef<string>(undefined);
  const tries = useRef(0);
  useEffect(() => {
    if (target === undefined || found.current === target) return;
    const index = rows.findIndex((row) => keyOf(row) === target);
    if (index >= 0) {
      found.current = target;
      virtual.scrollToIndex(index, { align: "center" });
    } else if (known && older && !loading && tries.current++ < PAGES) void feed.load();
  }, [target, rows, known, older, loading, feed, virtual]);

  const news = messages.slice(placeOf(messages, seen + 1)).filter(({ from }) => from !== HUMAN).length;
  return (
    <div className="feed-frame">
      <Announce messages={messages} />
      <div
        className="feed scroll"
        role="log"
        aria-live="off"
        aria-label="Messages"
        aria-busy={loading}
        // A scrolling region must be reachable by keyboard.
        tabIndex={0}
        ref={box}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          // Only who goes up leaves the end: rows and room change their size a moment before the end is sought again.
          const up = scrollTop < top.current;
          top.current = scrollTop;
          setAtEnd((was) => scrollHeight - scrollTop - clientHeight < AT_END || (was && !up));
        }}
      >
        <div className="feed-rows" style={{ height: total }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            if (!row) return null;
            return (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="feed-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {!isDivider(row) ? (
                  <Entry
                    message={row}
                    answered={row.reply_to === undefined ? undefined : feed.find(row.reply_to)}
                    find={wanted.find}
                    lit={row.id === target}
                    reply={replying?.id === row.id ? replying.text : undefined}
                    does={does}
                  />
                ) : row.kind === "older" ? (
                  <Older what="Older messages" failure={failure?.message} onRetry={() => void feed.load()} />
                ) : row.kind === "day" ? (
                  <Day at={row.at} />
                ) : (
                  <NewLine />
                )}
              </div>
            );
          })}
        </div>
      </div>
      {(past || !atEnd) && (
        <Pill news={past ? 0 : news} onClick={() => (past ? go(NEWEST) : virtual.scrollToEnd({ behavior: "auto" }))} />
      )}
    </div>
  );
}

function keyAt(rows: readonly Row[], index: number): string | number {
  const row = rows[index];
  return row ? keyOf(row) : index;
}

const NEWEST = { message: undefined, seq: undefined };

/** Leads back to the end. */
function Pill({ news, onClick }: { news: number; onClick: () => void }) {
  return (
    <div className="feed-pill" data-news={news > 0}>
      <Button onClick={onClick}>
        <Icon name="down" />
        {news > 0 ? `${news} new` : "Newest"}
      </Button>
    </div>
  );
}
