import type { CSSProperties, KeyboardEvent, PointerEvent } from "react";

interface EdgeProps {
  label: string;
  /** `vertical`: a line from top to bottom, between two columns. */
  runs: "vertical" | "horizontal";
  /** What the part before it has, of the two beside it, 0 to 1. */
  share: number;
  /** Moves it by a part of the whole from where it was; `rests` when it has come to rest. */
  onMove: (by: number, rests: boolean) => void;
  onReset: () => void;
  style: CSSProperties;
}

const STEP = 0.02;

/** The edge between two terminals of a grid: dragged, moved by arrow keys, put back by a double click or Enter. */
export function Edge({ label, runs, share, onMove, onReset, style }: EdgeProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = runs === "vertical" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    if (event.key === "Enter") onReset();
    else if (event.key === less) onMove(-STEP, true);
    else if (event.key === more) onMove(STEP, true);
    else return;
    event.preventDefault();
  };
  const onPointerDown = (down: PointerEvent<HTMLDivElement>) => {
    const handle = down.currentTarget;
    const whole = handle.parentElement?.getBoundingClientRect();
    if (down.button !== 0 || !whole) return;
    handle.setPointerCapture(down.pointerId);
    let by = 0;
    const move = ({ clientX, clientY }: globalThis.PointerEvent) => {
      by = runs === "vertical" ? (clientX - down.clientX) / whole.width : (clientY - down.clientY) / whole.height;
      onMove(by, false);
    };
    const rest = () => {
      handle.removeEventListener("pointermove", move);
      onMove(by, true);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", rest, { once: true });
  };
  return (
    <div
      className="grid-edge"
      data-runs={runs}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={runs}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      {...{ onKeyDown, onPointerDown, style }}
      onDoubleClick={onReset}
    />
  );
}
