import type { Client } from "../../client/client.ts";
import { Chooser } from "./chooser.tsx";
import { useOpening } from "./opening.ts";
import { TrustButtons, TrustQuestion } from "./trust.tsx";

/** The whole page while no workspace is open: choose a project. */
export function Welcome({ client }: { client: Client }) {
  const opener = useOpening(client);
  const { state } = opener;
  return (
    <main className="welcome">
      {state.is === "trust" ? (
        <>
          <h1>Do you trust this folder?</h1>
          <TrustQuestion asked={state} />
          <div className="welcome-actions">
            <TrustButtons opener={opener} />
          </div>
        </>
      ) : (
        <>
          <h1>Open a project</h1>
          <p className="muted">
            No workspace is open. A workspace is a project folder with everything Clustr keeps about it; agents work in
            it side by side.
          </p>
          <Chooser client={client} here={undefined} opener={opener} />
        </>
      )}
    </main>
  );
}
