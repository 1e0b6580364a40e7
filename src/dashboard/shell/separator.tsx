import "./separator.css";
import type { KeyboardEvent, PointerEvent } from "react";

interface SeparatorProps {
  label: string;
  /** Width of the panel it moves, in pixels. */
  width: number;
  least: number;
  most: number;
  usual: number;
  /** Which side of it the panel is on. */
  of: "left" | "right";
  /** While it moves, then once more when it has come to rest. */
  onMove: (width: number, rests: boolean) => void;
}

const STEP = 16;

/** The edge between two panels: dragged, moved by arrow keys, put back by a double click or Enter. */
export function Separator({ label, width, least, most, usual, of, onMove }: SeparatorProps) {
  const clamp = (wanted: number) => Math.round(Math.max(least, Math.min(most, wanted)));
  const towards = of === "left" ? 1 : -1;
  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: width - STEP * towards,
      ArrowRight: width + STEP * towards,
      Home: least,
      End: most,
      Enter: usual,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onMove(clamp(to), true);
  };
  const onPointerDown = (down: PointerEvent<HTMLDivElement>) => {
    if (down.button !== 0) return;
    const handle = down.currentTarget;
    handle.setPointerCapture(down.pointerId);
    handle.dataset["dragged"] = "true";
    let at = width;
    const move = ({ clientX }: globalThis.PointerEvent) => {
      at = clamp(width + (clientX - down.clientX) * towards);
      onMove(at, false);
    };
    const rest = () => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("lostpointercapture", rest);
      delete handle.dataset["dragged"];
      onMove(at, true);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", rest);
  };
  return (
    <div
      className="separator"
      data-of={of}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onDoubleClick={() => onMove(usual, true)}
    />
  );
}
