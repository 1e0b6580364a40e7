import { bare } from "./attention.ts";
import type { Item, TurnError } from "./protocol.ts";

const LIMIT = 100;

/** What an agent is doing, from the item its model started; undefined for items that are not work of their own. */
export function activityOf(item: Item): string | undefined {
  switch (item.type) {
    case "commandExecution":
      return line(`Running ${bare(item.command)}`);
    case "fileChange":
      return line(`Editing ${item.changes.map(({ path }) => path).join(", ")}`);
    case "mcpToolCall":
      return line(`Using ${item.server}.${item.tool}`);
    case "webSearch":
      return line(`Searching ${item.query}`);
    case "contextCompaction":
      return "Compacting its context";
    default:
      return undefined;
  }
}

function line(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return flat.length <= LIMIT ? flat : `${flat.slice(0, LIMIT)}…`;
}

/** What to do about the causes Codex tells apart. */
const REMEDIES: Record<string, string> = {
  unauthorized: "Run `codex login`, then send the agent a message.",
  usageLimitExceeded:
    "The account's usage limit is reached: wait for its reset or add credits, then send the agent a message.",
  rateLimitExceeded: "Wait a little, then send the agent a message.",
  serverOverloaded: "The model's server is overloaded: wait a little, then send the agent a message.",
  contextWindowExceeded:
    "The conversation is too long for the model: type /compact in its terminal, or restart the agent.",
  sessionBudgetExceeded: "The budget set for this session is used up.",
  modelNotFound: "The account has no such model: restart the agent with another one.",
};

/** Why a turn failed, with what to do; for the person. */
export function failureOf(error: TurnError | null): string {
  const info = error?.codexErrorInfo;
  const cause =
    typeof info === "string" ? info : typeof info === "object" && info !== null ? (Object.keys(info)[0] ?? "") : "";
  return `${error?.message ?? "Codex gave no reason."} ${REMEDIES[cause] ?? "The conversation is kept; send the agent a message to go on."}`;
}

/** What an agent is doing while its model's API fails. */
export function retryOf(error: TurnError): string {
  return line(`Trying the model's API again: ${error.message}`);
}
