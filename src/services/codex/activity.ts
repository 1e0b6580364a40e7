import { oneLine } from "../words.ts";
import { bare } from "./command.ts";
import type { Item, TurnError } from "./protocol.ts";

/** Characters of what an agent is shown to be doing. */
const LIMIT = 100;

/** What an agent is doing, from the item its model started; undefined for items that are not work of their own. */
export function activityOf(item: Item): string | undefined {
  switch (item.type) {
    case "commandExecution":
      return oneLine(`Running ${bare(item.command)}`, LIMIT);
    case "fileChange":
      return oneLine(`Editing ${item.changes.map(({ path }) => path).join(", ")}`, LIMIT);
    case "mcpToolCall":
      return oneLine(`Using ${item.server}.${item.tool}`, LIMIT);
    case "webSearch":
      return oneLine(`Searching ${item.query}`, LIMIT);
    case "contextCompaction":
      return "Compacting its context";
    default:
      return undefined;
  }
}

const LOGIN = "Run `codex login`, then send the agent a message.";
const WAIT = "Wait a little, then send the agent a message.";
/** What to do about the causes Codex tells apart, by its names for them or by the HTTP status of the model's API. */
const REMEDIES: Record<string, string> = {
  unauthorized: LOGIN,
  401: LOGIN,
  403: LOGIN,
  usageLimitExceeded:
    "The account's usage limit is reached: wait for its reset or add credits, then send the agent a message.",
  rateLimitExceeded: WAIT,
  serverOverloaded: WAIT,
  429: WAIT,
  503: WAIT,
  contextWindowExceeded:
    "The conversation is too long for the model: type /compact in its terminal, or restart the agent.",
  sessionBudgetExceeded: "The budget set for this session is used up: restart the agent to go on.",
  modelNotFound: "The account has no such model: restart the agent with another one.",
};

/** Why a turn failed, with what to do; for the person. */
export function failureOf(error: TurnError | null): string {
  const why = (error?.message ?? "").trim() || "Codex gave no reason";
  const remedy = causesOf(error?.codexErrorInfo).flatMap((cause) => REMEDIES[cause] ?? [])[0];
  return `${/[.!?]$/.test(why) ? why : `${why}.`} ${remedy ?? "The conversation is kept; send the agent a message to go on."}`;
}

/** Codex gives a cause as its name, or as `{name: {httpStatusCode}}`. */
function causesOf(info: unknown): string[] {
  if (typeof info === "string") return [info];
  if (typeof info !== "object" || info === null) return [];
  return Object.entries(info).flatMap(([name, more]: [string, { httpStatusCode?: number | null } | null]) => [
    name,
    String(more?.httpStatusCode),
  ]);
}

/** What an agent is doing while its model's API fails. */
export function retryOf(error: TurnError): string {
  return oneLine(`Trying the model's API again: ${error.message}`, LIMIT);
}
