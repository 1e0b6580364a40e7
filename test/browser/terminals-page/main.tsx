/*
 * Terminals and nothing else, for tests and measurements: `?layout=4&agents=ada,ben&phone=1&drawing=dom&previews=1`.
 * What a person asked for through them is kept in `window.asked`; `window.marks` has when what was there, in ms.
 */
import "../../../src/dashboard/theme/tokens.css";
import "../../../src/dashboard/theme/base.css";
import "./page.css";
import { StrictMode, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import type { Agent } from "../../../src/contract/agent.ts";
import { HereContext, type Here } from "../../../src/dashboard/live/here.tsx";
import { openServer } from "../../../src/dashboard/live/login.ts";
import { followWorkspace, type Live } from "../../../src/dashboard/live/store.ts";
import { TerminalGrid } from "../../../src/dashboard/terminals/grid.tsx";
import type { GridLayout, GridSizes } from "../../../src/dashboard/terminals/grid-shape.ts";
import { loadXterm } from "../../../src/dashboard/terminals/load.ts";
import { TerminalPane, type TerminalPaneProps } from "../../../src/dashboard/terminals/pane.tsx";
import { TerminalPreview } from "../../../src/dashboard/terminals/preview.tsx";
import type { Drawing } from "../../../src/dashboard/terminals/renderer.ts";

const query = new URLSearchParams(location.search);
const asked: unknown[] = [];
Object.assign(window, { asked });

void loadXterm();
const { client, workspaces } = await openServer();
const workspace = workspaces.find(({ name }) => name === (query.get("workspace") ?? name));
if (!workspace) throw new Error("no workspace");
const live = followWorkspace(workspace.id);
const here: Here = { client: client.in(workspace.id), workspace, workspaces, live };
Object.assign(window, { stream: live.stream });
// The page's one key that works in a terminal.
addEventListener(
  "keydown",
  (event) => {
    if (!event.ctrlKey || !event.shiftKey || event.code !== "Period") return;
    event.stopPropagation();
    document.activeElement?.closest(".terminal-pane")?.querySelector<HTMLElement>("[data-leave]")?.focus();
  },
  true,
);

const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <HereContext value={here}>
        <Page live={live} />
      </HereContext>
    </StrictMode>,
  );

function Page({ live: { snapshot, subscribe, stream } }: { live: Live }) {
  const { view } = useSyncExternalStore(subscribe, snapshot);
  const [focused, setFocused] = useState(query.get("focus") ?? undefined);
  const [sizes] = useState(() => JSON.parse(localStorage.getItem("sizes") ?? "null") as GridSizes | null);
  if (!view) return null;
  const names = query.get("agents")?.split(",");
  const all = Object.values(view.agents);
  const agents = names ? names.flatMap((name) => all.findLast((agent) => agent.name === name) ?? []) : all;
  const ask = (what: string) => () => void asked.push(what);
  const pane = ({ name }: Agent): Partial<TerminalPaneProps> => ({
    phone: query.has("phone"),
    drawing: (query.get("drawing") ?? "auto") as Drawing,
    onRestart: ask(`restart ${name}`),
    onReview: ask(`review ${name}`),
    onPath: (place) => void asked.push(place),
    onFiles: (files) => void asked.push(files.map((file) => file.type)),
  });
  if (query.has("previews"))
    return agents.map(({ id, name, run }) => <TerminalPreview key={id} stream={stream} agent={name} run={run} />);
  const layout = Number(query.get("layout") ?? 1);
  if (layout > 6)
    return (
      <div style={{ flex: 1, display: "grid", gridTemplateColumns: "repeat(4, 1fr)", gridAutoRows: "1fr", gap: 1 }}>
        {agents.map((agent) => (
          <TerminalPane key={agent.id} {...{ stream, agent }} {...pane(agent)} />
        ))}
      </div>
    );
  return (
    <TerminalGrid
      {...{ stream, agents, pane, focused }}
      layout={layout as GridLayout}
      sizes={sizes ?? undefined}
      onSizes={(next) => localStorage.setItem("sizes", JSON.stringify(next))}
      onFocus={({ id }) => setFocused(id)}
      onMaximise={({ name }) => void asked.push(`maximise ${name}`)}
      vacant="No agent here"
    />
  );
}
