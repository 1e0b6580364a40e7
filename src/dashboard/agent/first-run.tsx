import "./first-run.css";
import { useEffect, useState } from "react";
import type { FoundService } from "../../contract/operations/services.ts";
import { Button } from "../controls/button.tsx";
import { Told } from "../controls/told.tsx";
import { printKeys } from "../keys/command.ts";
import { useHere, useOnline } from "../live/here.tsx";
import { commandOf } from "../route/rooms.ts";
import { StandingShape } from "./mark.tsx";

/** How often it is looked again for a tool that was not there: somebody may just be installing it. */
const LOOK_MS = 4_000;

/** What to do in a workspace where nobody works yet: which tools are there, and how to begin. */
export function FirstRun() {
  const { workspace } = useHere();
  const services = useServices();
  const spawn = commandOf("agent.spawn");
  return (
    <div className="first-run scroll" tabIndex={0} role="group" aria-label="How to begin">
      <h2>Nobody works here yet</h2>
      <p className="muted">
        Agents work side by side in <code>{workspace.path}</code>: each in a terminal of its own, all with the same
        rules and notes, writing to each other and to you. What one of them changes can be taken back by itself.
      </p>
      {spawn ? (
        <Button look="primary" icon="plus" onClick={() => spawn.run()}>
          {spawn.title} {spawn.keys && <kbd>{printKeys(spawn.keys)}</kbd>}
        </Button>
      ) : (
        <p>
          <code>clustr spawn ada --task "…"</code>
        </p>
      )}
      <section aria-label="Coding tools on this machine">
        <h3>Coding tools on this machine</h3>
        <ul>
          {services
            ?.filter((service) => !service.built_in)
            .map((service) => (
              <Service key={service.service} found={service} />
            ))}
        </ul>
        <p className="muted">
          To look around without an account: <code>clustr demo</code> plays three scripted agents.
        </p>
      </section>
    </div>
  );
}

function Service({ found: { title, ready, version, logged_in, findings } }: { found: FoundService }) {
  const about = [version, logged_in === false ? "not logged in" : undefined].filter(Boolean).join(", ");
  return (
    <li>
      <span className="standing" data-tone={ready ? "done" : "stopped"}>
        <StandingShape tone={ready ? "done" : "failed"} />
        {ready ? "ready" : "not ready"}
      </span>
      <div>
        <strong>{title}</strong> {about && <span className="muted">{about}</span>}
        {findings.map(({ problem, remedy }) => (
          <p key={problem} className="muted">
            <Told text={`${problem} ${remedy}`} />
          </p>
        ))}
      </div>
    </li>
  );
}

/** What was found of each tool; looked for again while one is missing. Undefined until the first answer. */
function useServices(): FoundService[] | undefined {
  const { client } = useHere();
  const online = useOnline();
  const [services, setServices] = useState<FoundService[]>();
  useEffect(() => {
    if (!online) return;
    const gone = new AbortController();
    let timer = 0;
    const look = async () => {
      // A look that failed is followed by another, too.
      const found = document.hidden
        ? undefined
        : await client.call("service.list", {}, { signal: gone.signal }).catch(() => undefined);
      if (gone.signal.aborted) return;
      if (found) setServices(found);
      if (!found?.every(({ ready }) => ready)) timer = window.setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, online]);
  return services;
}
