import { useEffect, useState } from "react";
import { Button, IconButton } from "../controls/button.tsx";
import type { Input } from "./input.ts";
import type { ScreenState } from "./state.ts";

/** A loss shorter than this is not worth a word. */
const QUIET_MS = 1_500;

/** What can be done with an agent whose program has ended. What is not given is not offered. */
export interface EndActions {
  onRestart?: (() => void) | undefined;
  onResume?: (() => void) | undefined;
  onReview?: (() => void) | undefined;
}

export function EndButtons({ onRestart, onResume, onReview }: EndActions) {
  return (
    <span className="strip-actions">
      {onResume && (
        <Button icon="resume" onClick={onResume}>
          Resume
        </Button>
      )}
      {onRestart && (
        <Button icon="restart" onClick={onRestart}>
          Restart
        </Button>
      )}
      {onReview && (
        <Button icon="changes" onClick={onReview}>
          Review changes
        </Button>
      )}
    </span>
  );
}

export function ExitStrip({ exit, ...actions }: EndActions & { exit: NonNullable<ScreenState["exit"]> }) {
  const { code, signal, at } = exit;
  const how = signal !== null ? `signal ${signal}` : code !== null ? `code ${code}` : "how is not known";
  const good = code === 0;
  return (
    <div className="pane-strip" role="status" data-tone={good ? "done" : "failed"}>
      <span>
        Process ended ({how}){at && ` ${new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`}
      </span>
      <EndButtons {...actions} />
    </div>
  );
}

/** Keys do not get through. Said at once to somebody who types, else only when it lasts. */
export function OfflineStrip({ knocked }: { knocked: boolean }) {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasts(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!lasts && !knocked) return null;
  return (
    <p className="pane-offline" role="status" data-knocked={knocked}>
      Not connected. Keys are locked: what you type is not sent and not kept.
    </p>
  );
}

export function PasteStrip({ paste, input }: { paste: NonNullable<ScreenState["paste"]>; input: Input }) {
  return (
    <div
      className="pane-notice"
      role="alertdialog"
      aria-label="Paste several lines?"
      onKeyDown={(event) => event.key === "Escape" && input.settle("cancel")}
    >
      <p>
        Paste {paste.lines === 1 ? "a line with its end" : `${paste.lines} lines`}? This program takes each line as if
        you had pressed Enter after it.
      </p>
      <pre>{paste.text.split("\n", 4).join("\n").slice(0, 300)}</pre>
      <span className="strip-actions">
        <Button onClick={() => input.settle("one-line")}>As one line</Button>
        <Button onClick={() => input.settle("paste")}>Paste</Button>
        <Button look="quiet" autoFocus onClick={() => input.settle("cancel")}>
          Cancel
        </Button>
      </span>
    </div>
  );
}

export function TroubleStrip({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <div className="pane-notice" role="alert">
      <p>{text}</p>
      <IconButton icon="close" label="Close" onClick={onClose} />
    </div>
  );
}

/** Another window gave the terminal its size. */
export function SizeStrip({ cols, rows, onTake }: { cols: number; rows: number; onTake: () => void }) {
  return (
    <p className="pane-size" role="status">
      <span>
        Sized for another window ({cols}×{rows})
      </span>
      <Button look="quiet" onClick={onTake}>
        Fit to this window
      </Button>
    </p>
  );
}

export function BelowPill({ below, skipped, onDown }: { below: number; skipped: boolean; onDown: () => void }) {
  const lines = below === 0 ? "To the end" : `${below.toLocaleString()} new ${below === 1 ? "line" : "lines"}`;
  return (
    <button type="button" className="pane-pill" onClick={onDown}>
      ↓ {skipped && below === 0 ? "Some output was skipped" : lines}
    </button>
  );
}
