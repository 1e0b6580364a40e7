import { nameOf } from "../../contract/actor.ts";
import { ClustrError } from "../../contract/error.ts";
import type { Event } from "../../contract/event.ts";
import type { Ledger } from "../ports/ledger.ts";

/** How long an answer may take to show its effect before the caller is told that it is still under way. */
const EFFECT_MS = 15_000;
/** Items and answers of the past that are looked at to say what became of one. */
const LOOKED_AT = 500;

type Given = Extract<Event, { type: "attention.answered" }>;

/**
 * Resolves once the tool has taken an answer. @throws ClustrError `conflict` when it had no effect, e.g. because
 * somebody was faster in the agent's terminal; `unavailable` when that is not known in time.
 */
export async function untilTaken(ledger: Ledger, { seq, data }: Given): Promise<void> {
  for await (const event of ledger.tail(seq, AbortSignal.timeout(EFFECT_MS))) {
    if (event.type === "attention.taken" && event.data.item === data.item) return;
    if (event.type === "attention.unanswered" && event.data.item === data.item)
      throw new ClustrError(
        "conflict",
        `The answer had no effect: ${event.data.why}. If the item is still open (\`clustr attention\`), answer it anew, or in the agent's terminal.`,
      );
  }
  throw new ClustrError(
    "unavailable",
    `The answer was given, but the agent has not shown within ${EFFECT_MS / 1000} s that it took it. Look with \`clustr attention\`.`,
  );
}

/** Why an item is not open: somebody was faster (`conflict`), or it never was (`not_found`). */
export async function notOpen(ledger: Ledger, id: string): Promise<ClustrError> {
  const answers = await ledger.read({ subject: `attention/${id}`, newest: true, limit: LOOKED_AT });
  const given = answers.findLast((event) => event.type === "attention.answered");
  const failed = await ledger.read({ type: "attention.unanswered", newest: true, limit: LOOKED_AT });
  const inVain = failed.some(
    (event) => event.type === "attention.unanswered" && event.data.item === id && event.seq > (given?.seq ?? 0),
  );
  if (given?.type === "attention.answered" && !inVain)
    return new ClustrError(
      "conflict",
      `"${id}" is not open any more: ${nameOf(given.actor)} answered it (${given.data.answer.kind}). Your answer was not given.`,
    );
  const items = await ledger.read({ type: "agent.attention", newest: true, limit: LOOKED_AT });
  return items.some((event) => event.type === "agent.attention" && event.data.item?.id === id)
    ? new ClustrError(
        "conflict",
        `"${id}" is not open any more: it was answered in the agent's terminal, or vanished. Your answer was not given.`,
      )
    : new ClustrError("not_found", `There is no item "${id}". \`clustr attention\` lists what is open.`);
}
