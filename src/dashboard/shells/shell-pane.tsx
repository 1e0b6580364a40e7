import "../terminals/pane.css";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { shellOf } from "../../contract/shell-address.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { toast } from "../controls/toast.tsx";
import { useHere } from "../live/here.tsx";
import { useLayout } from "../shell/layout.ts";
import { goToRoom } from "../shell/places.ts";
import { LivePane } from "../terminals/live-pane.tsx";
import { AT_FIRST } from "../terminals/state.ts";
import { usePlace } from "../terminals/use-place.ts";
import { useScreen } from "../terminals/use-screen.ts";
import { useVisible } from "../terminals/use-visible.ts";

interface ShellPaneProps {
  /** What the socket attaches to: see contract/shell.ts. */
  address: string;
  /** What it is called on the screen, e.g. `shell 2`. */
  name: string;
  /** Absolute folder it was opened in: where the paths it prints begin. */
  cwd: string;
}

/** A shell's terminal: the agents' terminals without what belongs to an agent. */
export function ShellPane({ address, name, cwd }: ShellPaneProps) {
  const { live } = useHere();
  const phone = useLayout() === "phone";
  const pane = useRef<HTMLElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [finding, setFinding] = useState(false);
  const visible = useVisible(pane);
  const { alive, front, use } = usePlace(address, visible);
  const { screen, failed, again } = useScreen(box, {
    stream: live.stream,
    agent: { id: shellOf(address) ?? address, run: 1, name },
    ...{ address, alive, phone, drawing: "auto", screenReader: false, takesFocus: !phone },
    onFind: () => setFinding(true),
    onPath: ({ path, line }) =>
      goToRoom("files", { path, from: cwd, ...(line !== undefined && { line: String(line) }) }),
    onFiles: () => toast("A shell takes text only. Give files to an agent with a message."),
  });
  const state = useSyncExternalStore(screen?.state.subscribe ?? never, screen?.state.get ?? atFirst);
  useEffect(() => {
    screen?.setVisible(visible);
    screen?.setFront(front);
  }, [screen, visible, front]);
  // A shell is opened to be used: of the few live terminals, one is its.
  useEffect(() => use(), [address]); // oxlint-disable-line react/exhaustive-deps
  return (
    <section
      ref={pane}
      className="terminal-pane"
      aria-label={`Terminal of ${name}`}
      data-phase={state.phase}
      data-front={front}
      onPointerDown={use}
      onFocus={use}
    >
      <LivePane
        {...{ screen, state, phone, finding, box }}
        agent={{ name, service: name }}
        onStopFinding={() => setFinding(false)}
        end={{}}
      />
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
