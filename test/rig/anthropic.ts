import { eventsOf, messageOf, readRequest, sideText } from "./anthropic-wire.ts";
import { scriptedApi, send, type ScriptedApi, type Told } from "./scripted-api.ts";

const STATUS_TYPE: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** A Messages API, for the real Claude Code; the base address of an agent is its ANTHROPIC_BASE_URL. */
export function anthropicServer(told: Told = () => undefined): Promise<ScriptedApi> {
  return scriptedApi(
    {
      base: "",
      path: "/v1/messages",
      beside(method, path, res) {
        if (method === "HEAD") res.writeHead(200).end();
        else if (method === "POST" && path === "/v1/messages/count_tokens") send(res, 200, { input_tokens: 100 });
        else return false;
        return true;
      },
      read: readRequest,
      sideText,
      events: (request, answer, { unchecked }) => eventsOf(request, answer, unchecked),
      message: messageOf,
      piece: "content_block_delta",
      breaksAt: "message_start",
      refusal: (status, message) => ({ type: "error", error: { type: STATUS_TYPE[status] ?? "api_error", message } }),
    },
    told,
  );
}
