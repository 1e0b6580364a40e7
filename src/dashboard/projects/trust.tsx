import { Button } from "../controls/button.tsx";
import type { Opener, Opening } from "./opening.ts";

/** The question that is asked once for every folder, with what saying yes means. */
export function TrustQuestion({ asked: { path } }: { asked: Extract<Opening, { is: "trust" }> }) {
  return (
    <div className="projects-trust">
      <p className="projects-path-whole">{path}</p>
      <p>
        It was never opened here before. Agents in it follow its settings and run its code, as you, on this machine.
        Open it only if you trust where it comes from.
      </p>
      <p className="muted">Nothing was opened yet. You are asked once for each folder.</p>
    </div>
  );
}

export function TrustButtons({ opener }: { opener: Opener }) {
  return (
    <>
      <Button data-autofocus onClick={opener.reset}>
        Back
      </Button>
      <Button look="primary" onClick={opener.trust}>
        Trust and open
      </Button>
    </>
  );
}
