import { eventsOf, readRequest, SIDE_TEXT } from "./responses-wire.ts";
import { scriptedApi, type ScriptedApi, type Told } from "./scripted-api.ts";

/** A Responses API, for the real Codex; the base address of an agent is the `base_url` of its model provider. */
export function responsesServer(told: Told = () => undefined): Promise<ScriptedApi> {
  return scriptedApi(
    {
      base: "/v1",
      path: "/responses",
      read: readRequest,
      sideText: () => SIDE_TEXT,
      events: eventsOf,
      piece: "response.output_text.delta",
      breaksAt: "response.output_text.delta",
      // With the type for 429 the real API says that the account's limit is reached.
      refusal: (status, message) => ({
        error: { type: status === 429 ? "usage_limit_reached" : "scripted", code: String(status), message },
      }),
    },
    told,
  );
}
