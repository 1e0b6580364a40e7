import "./app.css";
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { toFailure, type Failure } from "../contract/error.ts";
import type { Workspace } from "../contract/workspace.ts";
import { Told } from "./controls/told.tsx";
import { earlyLive, openedNow, opening } from "./live/early.ts";
import { HereContext, setHere, useHere } from "./live/here.tsx";
import type { Opened } from "./live/login.ts";
import { followWorkspace, type Live } from "./live/store.ts";
import { go, useRoute } from "./route/route.ts";
import { RoomBoundary } from "./shell/boundary.tsx";
import { Shell } from "./shell/shell.tsx";

const Elsewhere = lazy(() => import("./projects/elsewhere.tsx").then((module) => ({ default: module.Elsewhere })));

/** The page: logs in, finds the workspace of the address, else the first there is, and shows it. */
export function App() {
  const [opened, setOpened] = useState(openedNow);
  const [failure, setFailure] = useState<Failure>();
  const { workspace: asked } = useRoute();

  useEffect(() => {
    let wanted = true;
    opening.then(
      (server) => wanted && setOpened(server),
      (error: unknown) => wanted && setFailure(toFailure(error)),
    );
    return () => {
      wanted = false;
    };
  }, []);

  const workspace = opened?.workspaces.find(({ id }) => id === asked) ?? (asked ? undefined : opened?.workspaces[0]);
  const id = workspace?.id;
  useEffect(() => {
    if (id !== undefined && asked === undefined) go({ workspace: id }, { replace: true });
  }, [id, asked]);

  if (failure) return <Notice failure={failure} />;
  if (!opened) return <main className="notice" aria-busy="true" />;
  if (!workspace)
    return (
      <Suspense fallback={<main className="notice" aria-busy="true" />}>
        <Elsewhere {...opened} asked={asked} />
      </Suspense>
    );
  return <Place key={workspace.id} {...opened} workspace={workspace} />;
}

/** One workspace, followed for as long as it is on the screen. */
function Place({ client, workspace, workspaces }: Opened & { workspace: Workspace }) {
  const [live, setLive] = useState(() => earlyLive(workspace.id));
  useEffect(() => {
    const followed = earlyLive(workspace.id) ?? followWorkspace(workspace.id);
    // The socket belongs to this effect, so that it closes with it; what is shown until now is nothing.
    // oxlint-disable-next-line react/set-state-in-effect
    setLive(followed);
    return () => followed.close();
  }, [workspace.id]);
  const here = useMemo(
    () => live && { client: client.in(workspace.id), workspace, workspaces, live },
    [client, workspace, workspaces, live],
  );
  useEffect(() => {
    setHere(here);
    return () => setHere(undefined);
  }, [here]);
  return here ? (
    <HereContext value={here}>
      <UntilOver live={here.live} />
    </HereContext>
  ) : (
    <main className="notice" aria-busy="true" />
  );
}

function UntilOver({ live }: { live: Live }) {
  const over = useSyncExternalStore(live.subscribe, () => live.snapshot().over);
  const { client, workspace, workspaces } = useHere();
  // It was closed while it was on the screen.
  if (over?.code === "not_found")
    return (
      <Suspense>
        <Elsewhere client={client} asked={workspace.id} workspaces={workspaces} />
      </Suspense>
    );
  if (over) return <Notice failure={over} />;
  return (
    <RoomBoundary title="The page">
      <Shell />
    </RoomBoundary>
  );
}

/** Why there is nothing to show, and what to do. Words in backticks are commands. */
function Notice({ failure }: { failure: Failure }) {
  return (
    <main className="notice">
      <h1>{failure.code === "unauthenticated" ? "This browser is not logged in" : "Clustr cannot show this"}</h1>
      <p>
        <Told text={failure.message} />
      </p>
    </main>
  );
}
