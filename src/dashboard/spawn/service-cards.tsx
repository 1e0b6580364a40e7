import { useId } from "react";
import { StandingShape } from "../agent/mark.tsx";
import { Skeleton } from "../controls/empty.tsx";
import type { FoundService } from "../../contract/operations/services.ts";
import { Ticked } from "../text/ticked.tsx";

interface ServiceCardsProps {
  services: FoundService[] | undefined;
  chosen: string | undefined;
  onChoose: (service: string) => void;
  problem?: string | undefined;
}

/** Which tool runs the agent: one card each, with the version found or what it takes to have it. */
export function ServiceCards({ services, chosen, onChoose, problem }: ServiceCardsProps) {
  const name = useId();
  const missing = services?.filter(({ findings, ready }) => !ready || findings.length > 0) ?? [];
  return (
    <fieldset className="spawn-set" aria-describedby={`${name}-below`}>
      <legend>Service</legend>
      {services ? (
        <div className="spawn-cards">
          {services.map((service) => (
            <label key={service.service} className="spawn-card" data-ready={service.ready}>
              <input
                type="radio"
                name={name}
                value={service.service}
                disabled={!service.ready}
                checked={service.service === chosen}
                onChange={() => onChoose(service.service)}
              />
              <span className="spawn-card-title clip">{service.title}</span>
              <span className="standing" data-tone={service.ready ? "done" : "stopped"}>
                <StandingShape tone={service.ready ? "done" : "failed"} />
                <span className="clip">{stateOf(service)}</span>
              </span>
            </label>
          ))}
        </div>
      ) : (
        !problem && <Skeleton rows={1} />
      )}
      <div id={`${name}-below`} className="spawn-below">
        {missing
          .filter(({ service, ready }) => service === chosen || !ready)
          .flatMap(({ service, findings }) =>
            findings.map(({ problem: what, remedy }) => (
              <p key={`${service} ${what}`} className="muted">
                <Ticked>{`${what} ${remedy}`}</Ticked>
              </p>
            )),
          )}
        {problem && (
          <p role="alert" className="trouble">
            {problem}
          </p>
        )}
      </div>
    </fieldset>
  );
}

function stateOf({ ready, built_in, version, logged_in }: FoundService): string {
  if (!ready) return logged_in === false ? "not logged in" : "not found";
  if (built_in) return "built in, plays a script";
  return [version, logged_in === false ? "not logged in" : "ready"].filter(Boolean).join(" · ");
}
