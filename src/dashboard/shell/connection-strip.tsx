import "./connection-strip.css";
import { useEffect, useState } from "react";
import { Button } from "../controls/button.tsx";
import { toast } from "../controls/toast.tsx";
import { useConnection, useHere } from "../live/here.tsx";
import { onReturn, QUIET_MS, sayReturn } from "../live/returned.ts";

/** Says that contact is lost, until when it is waited, and what is still possible. */
export function ConnectionStrip() {
  const { live } = useHere();
  const { is, lostAt, retryAt, tries } = useConnection();
  const now = useClock(lostAt !== undefined);
  useEffect(() => onReturn(live, (what) => toast(sayReturn(what))), [live]);
  if (lostAt === undefined || now - lostAt < QUIET_MS) return null;
  const wait = retryAt === undefined ? 0 : Math.max(0, Math.ceil((retryAt - now) / 1000));
  return (
    <div className="connection-strip" role="status">
      <span>
        Reconnecting{is === "waiting" && wait > 0 ? ` in ${wait} s` : "…"}
        <span className="muted"> · try {Math.max(1, tries)} · agents go on; what you type is kept here</span>
      </span>
      <Button look="quiet" onClick={() => live.stream.retry()}>
        Now
      </Button>
    </div>
  );
}

/** The time, every half second while it is wanted. */
function useClock(wanted: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}
