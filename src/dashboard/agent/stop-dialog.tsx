import "./stop-dialog.css";
import { useState } from "react";
import type { Agent } from "../../contract/agent.ts";
import { toFailure } from "../../contract/error.ts";
import { liveDescendants } from "../../contract/family.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { toast } from "../controls/toast.tsx";
import { Told } from "../controls/told.tsx";
import { sameItems, useHere, useOnline, useView } from "../live/here.tsx";
import { AgentMark, StandingWord } from "./mark.tsx";

interface StopDialogProps {
  agent: Agent;
  onClose: () => void;
}

/** Asks whether those whom an agent has spawned, and whom they have, end with it. */
export function StopDialog({ agent, onClose }: StopDialogProps) {
  const { client } = useHere();
  const online = useOnline();
  const family = useView(({ agents }) => liveDescendants(agents, agent.id), sameItems);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { name } = agent;
  const alone = agent.live && !agent.external;
  const stop = async (descendants: boolean) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { also = [] } = await client.call("agent.stop", { name, descendants });
      const others = `${also.length} ${also.length === 1 ? "agent" : "agents"} below it`;
      const whom = also.length === 0 ? name : alone ? `${name} and ${others}` : `${others.replace("it", name)}`;
      toast(`Stopped ${whom}. Their records stay.`);
      onClose();
    } catch (error) {
      setProblem(toFailure(error).message);
      setBusy(false);
    }
  };
  const off = busy || !online;
  return (
    <Dialog
      title={alone ? `Stop ${name}?` : `Stop those below ${name}?`}
      about={
        family.length === 0
          ? "Nobody it spawned is alive any more."
          : `${family.length === 1 ? "An agent that it has spawned is" : `${family.length} agents that it has spawned, or they in turn, are`} alive. While they are being stopped none of them can spawn another.`
      }
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus disabled={busy} onClick={onClose}>
            Leave all
          </Button>
          {alone && (
            <Button disabled={off} onClick={() => void stop(false)}>
              Only {name}
            </Button>
          )}
          {family.length > 0 && (
            <Button look="danger" icon="stop" disabled={off} onClick={() => void stop(true)}>
              {busy ? "Stopping…" : `Stop all ${family.length + (alone ? 1 : 0)}`}
            </Button>
          )}
        </>
      }
    >
      <ul className="stop-family" aria-label="Alive below it">
        {family.map((each) => (
          <li key={each.id}>
            <AgentMark name={each.name} />
            <span className="clip">{each.name}</span>
            <span className="muted clip">by {each.spawned_by}</span>
            <StandingWord agent={each} />
          </li>
        ))}
      </ul>
      {!online && <p className="muted">Not connected: nothing can be stopped now.</p>}
      {problem && (
        <p role="alert" className="trouble">
          <Told text={problem} />
        </p>
      )}
    </Dialog>
  );
}
