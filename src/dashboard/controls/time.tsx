import { useSyncExternalStore } from "react";

/** A moment as a clock time; the whole of it on hover. */
export function Time({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toLocaleString()} className="meta">
      {date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}
    </time>
  );
}

/** How long ago a moment was, kept true: `now`, `12m`, `3h`, `2d`. */
export function Ago({ at }: { at: string }) {
  const since = Date.parse(at);
  const text = useSyncExternalStore(onTick, () => short(Date.now() - since));
  return (
    <time dateTime={at} title={new Date(since).toLocaleString()} className="meta">
      {text}
    </time>
  );
}

function short(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}m`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}

/** One clock for all: it stands still while nobody looks. */
const TICK_MS = 5_000;
const listeners = new Set<() => void>();
let timer = 0;

function onTick(changed: () => void): () => void {
  listeners.add(changed);
  timer ||= window.setInterval(() => {
    if (!document.hidden) for (const tell of listeners) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(changed);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = 0;
  };
}
