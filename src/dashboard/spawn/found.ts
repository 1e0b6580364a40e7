import { useEffect, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { FoundService } from "../../contract/operations/services.ts";
import { useHere, useOnline } from "../live/here.tsx";

/** How often it is looked again for a tool that was not there: somebody may just be installing it. */
const LOOK_MS = 4_000;

/**
 * The services with what was found of each, looked for again while one is not ready. `services` is undefined until the
 * first answer; `problem` says why there was none.
 */
export function useFound(): { services: FoundService[] | undefined; problem: string | undefined } {
  const { client } = useHere();
  const online = useOnline();
  const [services, setServices] = useState<FoundService[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (!online) return;
    const gone = new AbortController();
    let timer = 0;
    const look = async () => {
      let ready = false;
      if (!document.hidden) {
        try {
          const found = await client.call("service.list", {}, { signal: gone.signal });
          ready = found.every((service) => service.ready);
          setServices(found);
          setProblem(undefined);
        } catch (error) {
          if (!gone.signal.aborted) setProblem(toFailure(error).message);
        }
      }
      if (!ready && !gone.signal.aborted) timer = window.setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, online]);
  return { services, problem };
}
