import type { RefObject } from "react";
import type { Agent } from "../../contract/agent.ts";
import { Empty } from "../controls/empty.tsx";
import { FindBar } from "./find-bar.tsx";
import { KeyRow } from "./key-row.tsx";
import type { LiveScreen } from "./screen.ts";
import type { ScreenState } from "./state.ts";
import {
  BelowPill,
  EndButtons,
  ExitStrip,
  OfflineStrip,
  PasteStrip,
  SizeStrip,
  TroubleStrip,
  type EndActions,
} from "./strips.tsx";

/** Whose terminal it is. */
type Owner = Pick<Agent, "name" | "service" | "reason">;

interface LivePaneProps {
  screen: LiveScreen | undefined;
  state: ScreenState;
  agent: Owner;
  phone: boolean;
  /** Where xterm draws. */
  box: RefObject<HTMLDivElement | null>;
  finding: boolean;
  onStopFinding: () => void;
  end: EndActions;
}

/** The terminal itself, and all that is said over, below and beside it. */
export function LivePane({ screen, state, agent, phone, box, finding, onStopFinding, end }: LivePaneProps) {
  const { below, exit, paste, trouble, target, cols, rows } = state;
  const mayType = screen && !exit && state.phase !== "refused";
  const elsewhere = mayType && state.reachable && state.drives === false && !state.fits && !phone;
  const closeFind = () => {
    onStopFinding();
    screen?.terminal.focus();
  };
  return (
    <>
      <div className="pane-body">
        {/* On a phone nothing in it takes the focus before "Type", yet it can be wider than the screen. */}
        <div className="pane-scroll" {...(phone && { tabIndex: 0, role: "group", "aria-label": "What it shows" })}>
          <div className="pane-box" ref={box} role="group" aria-label={`Terminal of ${agent.name}`} />
        </div>
        <Over agent={agent} state={state} end={end} />
        {mayType && !state.reachable && <OfflineStrip knocked={state.knocked} />}
        {screen && finding && <FindBar terminal={screen.terminal} name={agent.name} onClose={closeFind} />}
        {target && <output className="pane-target">{target} · Ctrl + click</output>}
        {below !== undefined && (
          <BelowPill below={below} skipped={state.skipped} onDown={() => screen?.terminal.scrollToBottom()} />
        )}
        {elsewhere && <SizeStrip cols={cols} rows={rows} onTake={() => screen.takeSize()} />}
        {screen && paste && <PasteStrip paste={paste} input={screen.input} />}
        {trouble && <TroubleStrip text={trouble} onClose={() => screen?.state.set({ trouble: undefined })} />}
      </div>
      {exit && <ExitStrip exit={exit} {...end} />}
      {mayType && phone && <KeyRow screen={screen} />}
    </>
  );
}

/** What stands where a program would print: never an empty black box without a word. */
function Over({ agent, state, end }: { agent: Owner; state: ScreenState; end: EndActions }) {
  if (state.phase === "live") return null;
  if (state.phase === "refused")
    return (
      <div className="pane-over">
        <Empty title={`The terminal of ${agent.name} is not there`} role="alert" action={<EndButtons {...end} />}>
          {agent.reason ?? state.refusal?.message}
        </Empty>
      </div>
    );
  return (
    <div className="pane-over" data-late>
      <p role="status">
        {state.phase === "waiting" ? `Waiting for the first output of ${agent.service}` : "Opening the terminal"} …
      </p>
    </div>
  );
}
