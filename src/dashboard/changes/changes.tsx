import "./changes.css";
import { useMemo, useState } from "react";
import type { Agent } from "../../contract/agent.ts";
import { agentNamed } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useView } from "../live/here.tsx";
import { go, useRoute } from "../route/route.ts";
import { AgentList } from "./agent-list.tsx";
import { useAsked } from "./asked.ts";
import { FileView } from "./file-view.tsx";
import { RollbackDialog } from "./rollback-dialog.tsx";
import type { By, Wanted } from "./types.ts";
import { Unknown } from "./unknown.tsx";

/** What each agent changed, file by file and hunk by hunk, and taking it back. */
export function Changes() {
  const { agent: named, file, by } = useRoute();
  const [wanted, want] = useState<Wanted>();
  const { answer: summary, failure, again } = useAsked("summary", (client) => client.call("change.summary", {}));
  const view: By = by === "since" || by === "run" ? by : "by";
  const changed = useMemo(() => summary?.agents.filter(({ files }) => files > 0) ?? [], [summary]);
  const asked = useView((all) => (named === undefined ? undefined : agentNamed(all, named)));
  const first = useView((all) => (changed[0] ? all.agents[changed[0].id] : undefined));
  const agent: Agent | undefined = asked && !asked.external ? asked : first;

  if (!summary) {
    if (!failure) return <Skeleton rows={5} />;
    return (
      <Empty title="The changes cannot be shown" role="alert" action={<Button onClick={again}>Retry</Button>}>
        {failure.message}
      </Empty>
    );
  }
  if (!agent || (changed.length === 0 && summary.unknown.length === 0 && view === "by"))
    return (
      <Empty title="No agent has changed anything">
        What your agents do to files appears here, line by line, with its author. Each of it can be taken back alone.
      </Empty>
    );
  return (
    <div className="changes" data-file={file !== undefined}>
      <div className="changes-list scroll">
        <Unknown unknown={summary.unknown} onAssigned={again} />
        <AgentList
          agents={changed}
          selected={agent}
          file={file}
          view={view}
          onFile={(path) => go({ agent: agent.name, file: path })}
          onRollBack={() => want({ agent: agent.name })}
        />
      </div>
      <FileView key={`${agent.id} ${file ?? ""} ${view}`} agent={agent} file={file} view={view} onRollBack={want} />
      {wanted && <RollbackDialog wanted={wanted} onClose={() => want(undefined)} />}
    </div>
  );
}
