import type { AnswerKind } from "../../contract/agent.ts";
import { ClustrError } from "../../contract/error.ts";
import type { Asked, Evidence, Signal } from "../../core/ports/service.ts";
import { objectOf } from "../json.ts";

/** Characters that are taken of each text the program sends, and options of a question: far more than a script writes. */
const MOST = {
  ...{ activity: 200, reason: 2_000, session: 200, key: 100 },
  ...{ title: 500, detail: 20_000, options: 50, label: 500 },
};

/**
 * The program's own word about itself, checked: it runs with the agent's token, like anything the agent starts.
 * @throws ClustrError `invalid` for what is no signal.
 */
export function signalOf(body: unknown): Signal {
  const { type, activity, reason, session, item } = objectOf(body);
  switch (type) {
    case "idle":
    case "resolved":
      return { type };
    case "working":
      return typeof activity === "string" ? { type, activity: activity.slice(0, MOST.activity) } : { type };
    case "turn_failed":
    case "failed":
      return { type, reason: String(reason).slice(0, MOST.reason) };
    case "session":
      return { type, session: String(session).slice(0, MOST.session) };
    case "attention":
      return { type, item: askedOf(objectOf(item)) };
    default:
      throw new ClustrError("invalid", `A script agent has no signal "${String(type)}".`);
  }
}

function askedOf({ kind, title, detail, options, key }: Record<string, unknown>): Asked {
  const labels = (Array.isArray(options) ? options : [])
    .slice(0, MOST.options)
    .map((label) => String(label).slice(0, MOST.label));
  const question: AnswerKind[] = labels.length > 0 ? ["option", "text"] : ["text"];
  return {
    kind: kind === "permission" ? "permission" : "question",
    title: String(title).slice(0, MOST.title),
    ...(typeof detail === "string" && detail !== title ? { detail: detail.slice(0, MOST.detail) } : {}),
    options: labels.map((label) => ({ label })),
    ...(typeof key === "string" ? { key: key.slice(0, MOST.key) } : {}),
    answers: kind === "permission" ? ["allow", "always", "deny"] : question,
  };
}

/** What a signal tells a person who asks for evidence. */
export function evidenceOf(signal: Signal, at: number): Evidence | undefined {
  const told = { source: "script", at };
  switch (signal.type) {
    case "working":
    case "resolved":
      return { ...told, says: "working", detail: signal.type === "working" ? signal.activity : undefined };
    case "attention":
      return { ...told, says: "waiting for an answer", detail: signal.item.title };
    case "idle":
      return { ...told, says: "idle" };
    case "turn_failed":
    case "failed":
      return { ...told, says: "failed", detail: signal.reason };
    default:
      return undefined;
  }
}
