import "./explain.css";
import { useEffect, useState } from "react";
import type { Agent } from "../../contract/agent.ts";
import { toFailure } from "../../contract/error.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { StandingWord } from "../agent/mark.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { Time } from "../controls/time.tsx";
import { useHere } from "../live/here.tsx";

/** Why an agent has its status: what each source of evidence says. */
export function Explain({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { client } = useHere();
  const [told, setTold] = useState<Output<Operations["agent.explain"]>>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const gone = new AbortController();
    client.call("agent.explain", { name: agent.name }, { signal: gone.signal }).then(setTold, (error: unknown) => {
      if (!gone.signal.aborted) setProblem(toFailure(error).message);
    });
    return () => gone.abort();
  }, [client, agent.name]);
  return (
    <Dialog title={`Why ${agent.name} has this status`} onClose={onClose}>
      <p className="explain-status">
        <StandingWord agent={agent} /> <span className="muted">since</span> <Time at={agent.status_at} />
      </p>
      {agent.reason && <p className="explain-reason">{agent.reason}</p>}
      {problem && (
        <p role="alert" className="trouble">
          {problem}
        </p>
      )}
      {!told && !problem && <Skeleton />}
      {told && !told.sure && <p className="explain-reason">Its sources disagree; the last believed status stands.</p>}
      {told && told.evidence.length === 0 && <p className="muted">Nothing has been observed of it yet.</p>}
      <dl className="explain">
        {told?.evidence.map(({ source, says, at, detail }) => (
          <div key={source}>
            <dt>{source}</dt>
            <dd>
              {says}
              {detail && <span className="muted"> {detail}</span>}
            </dd>
            <dd>{at && <Time at={at} />}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
