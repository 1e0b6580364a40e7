import { useEffect, useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { Workspace } from "../../contract/workspace.ts";
import { Button } from "../controls/button.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { Told } from "../controls/told.tsx";
import { Ago } from "../controls/time.tsx";
import { hrefOf } from "../route/route.ts";
import { Chooser } from "./chooser.tsx";
import { useOpening, type Opener } from "./opening.ts";
import { Welcome } from "./welcome.tsx";
import { TrustButtons, TrustQuestion } from "./trust.tsx";

type Recent = Output<Operations["workspace.recent"]>[number];

interface ElsewhereProps {
  client: Client;
  /** Id of the workspace that the address names, if it names one. */
  asked: string | undefined;
  /** Those that are open. */
  workspaces: Workspace[];
}

/** The whole page while the workspace of its address is not open: opens it again, or shows the way to another. */
export function Elsewhere({ asked, ...rest }: ElsewhereProps) {
  return asked === undefined ? <Welcome client={rest.client} /> : <NotOpen asked={asked} {...rest} />;
}

function NotOpen({ client, asked, workspaces }: ElsewhereProps) {
  const opener = useOpening(client);
  const [recent, setRecent] = useState<Recent[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const gone = new AbortController();
    client.call("workspace.recent", {}, { signal: gone.signal }).then(setRecent, (error: unknown) => {
      if (!gone.signal.aborted) setProblem(toFailure(error).message);
    });
    return () => gone.abort();
  }, [client]);
  const { state } = opener;
  if (state.is === "trust")
    return (
      <main className="welcome">
        <h1>Do you trust this folder?</h1>
        <TrustQuestion asked={state} />
        <div className="welcome-actions">
          <TrustButtons opener={opener} />
        </div>
      </main>
    );
  if (!recent && problem === undefined)
    return (
      <main className="welcome" aria-busy="true">
        <Skeleton rows={3} />
      </main>
    );
  const closed = recent?.find(({ id }) => id === asked);
  const other = workspaces.find(({ id }) => id !== asked);
  return (
    <main className="welcome">
      {closed ? (
        <Closed one={closed} opener={opener} />
      ) : (
        <>
          <h1>No workspace of this address is open</h1>
          <p className="muted">The address may be of another machine, or mistyped.</p>
        </>
      )}
      {problem !== undefined && (
        <p role="alert" className="trouble">
          <Told text={problem} />
        </p>
      )}
      {other ? (
        <p>
          <a href={hrefOf({ workspace: other.id })}>Go to {other.name}</a>
        </p>
      ) : (
        closed && (
          <p>
            <a href="/">Choose another project</a>
          </p>
        )
      )}
      {recent && !closed && <Chooser client={client} here={undefined} opener={opener} />}
    </main>
  );
}

/** A workspace that was open before: what it is, and how to have it back. */
function Closed({ one: { name, path, at, missing }, opener: { state, open } }: { one: Recent; opener: Opener }) {
  const busy = state.is === "asking";
  return (
    <>
      <h1>{name} is closed</h1>
      <div className="projects-trust">
        <p className="projects-path-whole">{path}</p>
        <p className="muted">
          {missing ? (
            "Its folder is gone, or may not be read. Everything Clustr keeps about it is still there; put the folder back to open it."
          ) : (
            <>
              Last opened <Ago at={at} /> ago. Everything kept about it is there when it is open again.
            </>
          )}
        </p>
      </div>
      {state.is === "failed" && (
        <p role="alert" className="trouble">
          <Told text={state.why} />
        </p>
      )}
      <div className="welcome-actions">
        <Button look="primary" disabled={busy || missing} onClick={() => open(path)}>
          {busy ? "Opening…" : "Open it"}
        </Button>
      </div>
    </>
  );
}
