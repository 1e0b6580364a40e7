import { oneLine } from "../words.ts";
import { text, type Hook } from "./hooks.ts";

const LOG_IN = "Run `claude` in a terminal, log in with /login, then restart the agent.";

/** What to do about each failure Claude Code names; the names are those of its StopFailure hook. */
const REMEDIES: Record<string, string> = {
  authentication_failed: `The API refused the credentials. ${LOG_IN}`,
  oauth_org_not_allowed:
    "Your organisation does not allow this login. Log in with another account, then restart the agent.",
  account_on_hold:
    "The account is on hold. Look at it on claude.ai or console.anthropic.com, then send the agent a message to go on.",
  verification_required:
    "The account must be verified. Run `claude` in a terminal and follow what it says, then send the agent a message to go on.",
  billing_error: "The account has no credit left. Add some, then send the agent a message to go on.",
  rate_limit: "The account's limit is reached. When it is free again, send the agent a message to go on.",
  overloaded: "The API is overloaded. Send the agent a message in a while to go on.",
  invalid_request:
    "The API refused the request. Send a message to try again, or restart the agent with a smaller task.",
  model_not_found: "The API does not have this model for you. Restart the agent with another model.",
  server_error: "The API failed. Send the agent a message to go on.",
  max_output_tokens: "The answer grew too long and was cut. Send the agent a message to go on.",
  cloud_credential_error:
    "The cloud credentials were refused or have run out. Renew them, then send the agent a message to go on.",
  unknown: "Send the agent a message to try again.",
};

/** Why a turn failed and what to do. `hopeless` when no later turn can succeed without the person logging in. */
export function describeFailure(hook: Hook): { reason: string; hopeless: boolean } {
  const said = text(hook.body.error_details) ?? text(hook.body.last_assistant_message) ?? "";
  if (/not logged in/i.test(text(hook.body.last_assistant_message) ?? said))
    return { reason: `Claude Code is not logged in. ${LOG_IN}`, hopeless: true };
  const name = text(hook.body.error) ?? "unknown";
  const remedy = REMEDIES[name] ?? REMEDIES.unknown ?? "";
  return {
    reason: `${said === "" ? `The model's API failed (${name}).` : `${oneLine(said, 300)} (${name}).`} ${remedy}`,
    hopeless: false,
  };
}
