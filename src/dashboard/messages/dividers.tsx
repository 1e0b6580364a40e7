import "./dividers.css";
/** The day whose messages begin. */
export function Day({ at }: { at: string }) {
  return (
    <div className="feed-divider">
      <time dateTime={at}>{dayWords(at)}</time>
    </div>
  );
}

export function NewLine() {
  return <div className="feed-divider feed-new">New</div>;
}

/** Stands where older ones are about to be; `what`: how they are called. */
export function Older({ what, failure, onRetry }: { what: string; failure: string | undefined; onRetry: () => void }) {
  if (failure === undefined) return <div className="feed-divider">Loading…</div>;
  return (
    <div className="feed-divider feed-failed" role="alert">
      {what} could not be loaded.{" "}
      <button type="button" className="message-more" onClick={onRetry}>
        Retry
      </button>
    </div>
  );
}

/** `Today`, `Yesterday`, else the day by its date. */
export function dayWords(at: string): string {
  const day = new Date(at);
  const today = new Date();
  const days = Math.round((startOf(today) - startOf(day)) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  const year = day.getFullYear() === today.getFullYear() ? undefined : ("numeric" as const);
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year });
}

function startOf(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
