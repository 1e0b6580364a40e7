import "./preview.css";
import { useEffect, useRef, useState, type CSSProperties } from "react";
import type { Stream } from "../../client/stream.ts";
import type { Failure } from "../../contract/error.ts";
import { PREVIEW_COLS } from "../../contract/wire.ts";
import { useVisible } from "./use-visible.ts";

interface PreviewProps {
  stream: Stream;
  /** Name of the agent. */
  agent: string;
  /** Its run: another run, another terminal. */
  run: number;
}

/**
 * What a terminal shows, as plain text made by the server: for where many are looked at and none is typed into. Follows
 * only while it is seen. It says nothing to a screen reader: the live terminal does.
 */
export function TerminalPreview({ stream, agent, run }: PreviewProps) {
  const box = useRef<HTMLDivElement>(null);
  const visible = useVisible(box);
  const [shown, setShown] = useState<{ cols: number; lines: string[] }>();
  useEffect(() => {
    if (!visible) return;
    const refused = ({ message }: Failure) => setShown({ cols: message.length, lines: [message] });
    const channel = stream.preview(agent, { preview: setShown, refused });
    return () => channel.detach();
  }, [stream, agent, run, visible]);
  return (
    <div className="terminal-preview" ref={box} aria-hidden="true" style={width(shown?.cols ?? 80)}>
      <pre>{shown?.lines.join("\n")}</pre>
    </div>
  );
}

/** The text is as small as it takes to show whole rows. */
function width(cols: number): CSSProperties {
  return { "--cols": Math.min(cols, PREVIEW_COLS) } as CSSProperties;
}
