import "./pane.css";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Stream } from "../../client/stream.ts";
import type { Agent } from "../../contract/agent.ts";
import { hueStyle, useHue } from "../agent/hue.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { PaneHeader } from "./header.tsx";
import { LivePane } from "./live-pane.tsx";
import { TerminalPreview } from "./preview.tsx";
import type { Drawing } from "./renderer.ts";
import { AT_FIRST } from "./state.ts";
import type { EndActions } from "./strips.tsx";
import { usePlace } from "./use-place.ts";
import { useScreen } from "./use-screen.ts";
import { useVisible } from "./use-visible.ts";

export interface TerminalPaneProps extends EndActions {
  stream: Stream;
  agent: Agent;
  /** Takes the keyboard when it appears, or when this becomes true. */
  focus?: boolean;
  /** Looks on until "Type" is tapped, with the keys a phone lacks, in smaller letters. */
  phone?: boolean;
  /** Without it, whoever places the pane says who is in it. */
  header?: boolean;
  /** Buttons at the end of the header. */
  actions?: ReactNode;
  maximised?: boolean;
  onMaximise?: (() => void) | undefined;
  /** The keyboard went into this terminal. */
  onFocus?: (() => void) | undefined;
  /** A place in a file was followed. The path is as the program printed it: relative to the agent's folder, or absolute. */
  onPath?: ((place: { path: string; line?: number; column?: number }) => void) | undefined;
  /** Files were pasted, e.g. a picture; a program in a terminal could not take them. */
  onFiles?: ((files: File[]) => void) | undefined;
  drawing?: Drawing;
  /** Reads the screen out: slower, so only on request. */
  screenReader?: boolean;
}

/**
 * An agent's terminal with all that belongs to it. At most six are alive on a page; the others show their text until
 * they are used. Give it a new `key` for another agent.
 */
export function TerminalPane(props: TerminalPaneProps) {
  const { stream, agent, focus = false, phone = false, header = true, actions, maximised = false, onMaximise } = props;
  const pane = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  const visible = useVisible(pane);
  const { alive, front, use } = usePlace(`${agent.id}.${agent.run}`, visible);
  const { drawing = "auto", screenReader = false, onPath, onFiles } = props;
  const onFind = () => setFinding(true);
  const { screen, failed, again } = useScreen(box, {
    ...{ stream, agent, alive, phone, drawing, screenReader, takesFocus: focus, onFind, onPath, onFiles },
  });
  const state = useSyncExternalStore(screen?.state.subscribe ?? never, screen?.state.get ?? atFirst);

  useEffect(() => {
    screen?.setVisible(visible);
  }, [screen, visible]);
  useEffect(() => {
    screen?.setFront(front);
  }, [screen, front]);
  useEffect(() => {
    if (focus) screen?.terminal.focus();
  }, [screen, focus]);

  return (
    <section
      ref={pane}
      className="terminal-pane"
      aria-label={`Terminal of ${agent.name}`}
      style={hueStyle(useHue(agent.name))}
      data-phase={state.phase}
      data-front={front}
      onPointerDown={use}
      onFocus={({ target }) => {
        use();
        if (target.matches(".xterm-helper-textarea")) props.onFocus?.();
      }}
    >
      {header && (
        <PaneHeader
          {...{ agent, actions, maximised, onMaximise }}
          onFind={screen && state.phase === "live" ? onFind : undefined}
        />
      )}
      {alive ? (
        <LivePane
          {...{ screen, state, agent, phone, finding, box }}
          onStopFinding={() => setFinding(false)}
          end={{ onRestart: props.onRestart, onResume: props.onResume, onReview: props.onReview }}
        />
      ) : (
        <div className="pane-body">
          <TerminalPreview stream={stream} agent={agent.name} run={agent.run} />
          <button type="button" className="pane-wake" onClick={use} aria-label={`Open the terminal of ${agent.name}`}>
            <span>Open</span>
          </button>
        </div>
      )}
      {failed && (
        <div className="pane-over">
          <Empty
            title="The terminal could not be loaded"
            role="alert"
            action={<Button onClick={again}>Try again</Button>}
          >
            The server did not answer when the page asked for the part that draws it.
          </Empty>
        </div>
      )}
    </section>
  );
}

const never = () => () => {};
const atFirst = () => AT_FIRST;
