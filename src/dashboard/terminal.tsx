import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { useEffect, useRef, useState } from "react";
import type { Stream } from "../client/stream.ts";
import type { Agent } from "../contract/agent.ts";
import { muteReplies } from "./replies.ts";
import { followTheme } from "./theme.ts";

/** A window that is being dragged must not resize the program at every pixel. */
const RESIZE_MS = 120;

/** An agent's live terminal. What is typed goes to the program at once. */
export function TerminalPane({ stream, agent }: { stream: Stream; agent: Agent }) {
  const box = useRef<HTMLDivElement>(null);
  const [note, setNote] = useState("");
  const { name } = agent;

  useEffect(() => {
    if (!box.current) return;
    const terminal = new Terminal({
      fontFamily: "ui-monospace, 'JetBrains Mono', Menlo, Consolas, monospace",
      fontSize: 13,
      scrollback: 5000,
      // Programs choose colours for a dark ground; on a light one they must stay readable.
      minimumContrastRatio: 4.5,
      macOptionIsMeta: true,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(box.current);
    muteReplies(terminal);
    const unfollow = followTheme(terminal);
    const size = () => {
      const { cols = 80, rows = 24 } = fit.proposeDimensions() ?? {};
      return { cols: Math.max(cols, 2), rows: Math.max(rows, 1) };
    };

    const channel = stream.attach(
      name,
      {
        screen({ cols, rows, bytes }, drawn) {
          setNote("");
          terminal.reset();
          terminal.resize(cols, rows);
          terminal.write(bytes, drawn);
        },
        output: (bytes, drawn) => terminal.write(bytes, drawn),
        resized: (cols, rows) => terminal.resize(cols, rows),
        exit: (code, signal) =>
          setNote(
            `The program has ended (${signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`}).`,
          ),
        refused: ({ message }) => setNote(message),
      },
      size(),
    );
    const type = (data: string | Uint8Array) =>
      void (channel.write(data) || setNote("Not connected: what you type is not sent."));
    terminal.onData(type);
    terminal.onBinary((data) => type(Uint8Array.from(data, (char) => char.charCodeAt(0))));

    let asked = size();
    let timer = 0;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        const wanted = size();
        // A panel that is not shown has no size; the program keeps the one it has.
        if (!box.current?.offsetParent || (wanted.cols === asked.cols && wanted.rows === asked.rows)) return;
        asked = wanted;
        channel.resize(wanted.cols, wanted.rows);
      }, RESIZE_MS);
    });
    observer.observe(box.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      unfollow();
      channel.detach();
      terminal.dispose();
    };
  }, [stream, name]);

  return (
    <div className="terminal">
      <div className="screen" ref={box} role="group" aria-label={`Terminal of ${name}`} />
      {note && (
        <p role="status" className="note">
          {note}
        </p>
      )}
    </div>
  );
}
