import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import type { Client } from "../client/client.ts";
import { ClustrError, toFailure, type Failure } from "../contract/error.ts";
import type { Workspace } from "../contract/workspace.ts";
import { AgentList, AgentHeader } from "./agents.tsx";
import { AttentionList } from "./attention.tsx";
import { ContextPanel } from "./context.tsx";
import { followWorkspace, openClient, type Live } from "./live.ts";
import { MessagePanel } from "./messages.tsx";
import { RulesPanel } from "./rules.tsx";

// The terminal is most of the page's weight; the rest is usable before it has come.
const TerminalPane = lazy(() => import("./terminal.tsx").then((module) => ({ default: module.TerminalPane })));

/** One workspace on the screen. */
interface Shown {
  client: Client;
  workspace: Workspace;
  workspaces: Workspace[];
  live: Live;
}

/** The page: logs in, finds the workspace of the address (`?workspace=ID`, else the first), and shows it. */
export function App() {
  const [shown, show] = useState<Shown>();
  const [failure, setFailure] = useState<Failure>();

  useEffect(() => {
    let wanted = true;
    const load = async () => {
      const client = await openClient();
      const workspaces = await client.call("workspace.list", {});
      if (!wanted) return;
      const asked = new URLSearchParams(location.search).get("workspace");
      const workspace = workspaces.find(({ id }) => id === asked) ?? workspaces[0];
      if (!workspace)
        throw new ClustrError("not_found", "No workspace is open. Run `clustr FOLDER` to open one, then reload.");
      show({ client, workspace, workspaces, live: followWorkspace(workspace.id) });
    };
    load().catch((error: unknown) => wanted && setFailure(toFailure(error)));
    return () => {
      wanted = false;
    };
  }, []);

  if (failure) return <Notice failure={failure} />;
  if (!shown) return <main className="notice" aria-busy="true" />;
  const go = (id: string) => {
    const workspace = shown.workspaces.find((one) => one.id === id);
    if (!workspace) return;
    history.replaceState(null, "", `?workspace=${encodeURIComponent(id)}`);
    shown.live.close();
    show({ ...shown, workspace, live: followWorkspace(id) });
  };
  return <WorkspacePage key={shown.workspace.id} {...shown} onChoose={go} />;
}

/** Why there is nothing to show, and what to do. Words in backticks are commands. */
function Notice({ failure }: { failure: Failure }) {
  const parts = failure.message.split("`");
  return (
    <main className="notice">
      <h1>{failure.code === "unauthenticated" ? "This browser is not logged in" : "Clustr cannot show this"}</h1>
      <p>{parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part))}</p>
    </main>
  );
}

/** What a phone shows one of at a time. */
const SECTIONS = ["Agents", "Terminal", "Messages", "Context", "Rules"] as const;
type Section = (typeof SECTIONS)[number];
const PANELS = ["Messages", "Context", "Rules"] as const satisfies Section[];

function WorkspacePage({
  live,
  client: home,
  workspace,
  workspaces,
  onChoose,
}: Shown & { onChoose: (id: string) => void }) {
  const client = home.in(workspace.id);
  const { view, state, over } = useSyncExternalStore(live.subscribe, live.snapshot);
  const [selected, select] = useState<string>();
  const [section, show] = useState<Section>("Agents");
  if (over) return <Notice failure={over} />;
  if (!view) return <main className="notice" aria-busy="true" />;

  const agents = Object.values(view.agents);
  const agent = agents.find(({ id }) => id === selected) ?? agents.find(({ external }) => !external) ?? agents[0];
  const panel = PANELS.find((name) => name === section) ?? "Messages";
  return (
    <div className="page" data-section={section}>
      <header>
        <strong>Clustr</strong>
        {workspaces.length > 1 ? (
          <select aria-label="Workspace" value={workspace.id} onChange={(event) => onChoose(event.target.value)}>
            {workspaces.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        ) : (
          <span title={workspace.path}>{workspace.name}</span>
        )}
        <span className="connection" role="status" data-is={state.is}>
          {state.is === "open" ? "Live" : state.is === "waiting" ? "Out of reach; trying again" : "Connecting"}
        </span>
      </header>
      <AttentionList
        client={client}
        agents={agents}
        onShow={(id) => {
          select(id);
          show("Terminal");
        }}
      />
      <nav className="agents" aria-label="Agents" data-shows="Agents">
        <AgentList
          agents={agents}
          selected={agent?.id}
          onSelect={(id) => {
            select(id);
            show((now) => (now === "Agents" ? "Terminal" : now));
          }}
        />
      </nav>
      <main data-shows="Terminal">
        {agent && <AgentHeader agent={agent} />}
        {agent && !agent.external ? (
          <Suspense>
            <TerminalPane key={`${agent.id}.${agent.run}`} stream={live.stream} agent={agent} />
          </Suspense>
        ) : (
          <p className="empty">
            {agent
              ? `${agent.name} was started outside Clustr; its terminal is there.`
              : "An agent's terminal appears here."}
          </p>
        )}
      </main>
      <aside data-shows="Panel">
        <div role="tablist" aria-label="Workspace">
          {PANELS.map((name) => (
            <button
              key={name}
              role="tab"
              aria-selected={panel === name}
              aria-controls="panel"
              onClick={() => show(name)}
            >
              {name}
            </button>
          ))}
        </div>
        <section id="panel" role="tabpanel" aria-label={panel}>
          {panel === "Messages" && <MessagePanel client={client} messages={view.messages} agents={agents} />}
          {panel === "Context" && <ContextPanel context={view.context} />}
          {panel === "Rules" && <RulesPanel client={client} rules={view.rules} agents={agents} />}
        </section>
      </aside>
      <footer>
        {SECTIONS.map((name) => (
          <button key={name} aria-current={section === name ? "page" : undefined} onClick={() => show(name)}>
            {name}
          </button>
        ))}
      </footer>
    </div>
  );
}
