import { nameOf } from "../../contract/actor.ts";
import type { Attention } from "../../contract/agent.ts";
import type { Answer, Answered } from "../../contract/attention.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { Ledger } from "../ports/ledger.ts";

/** Characters of what was answered, and of the answer, that are kept to look back at. */
const KEPT = 500;
/** Answers in vain that are looked at to say what became of the latest ones. */
const IN_VAIN = 200;

/** What an item was about, to be kept with its answer. */
export function aboutOf({ agent, kind, title, detail }: Attention): Answered {
  return { agent, kind, title: cut(title), ...(detail === undefined ? {} : { detail: cut(detail) }) };
}

/** The latest answers, in order, each with what it was about and whether it had an effect. */
export async function handled(ledger: Ledger, limit: number): Promise<Output<Operations["attention.handled"]>> {
  const [answers, failures] = await Promise.all([
    ledger.read({ type: "attention.answered", newest: true, limit }),
    ledger.read({ type: "attention.unanswered", newest: true, limit: IN_VAIN }),
  ]);
  return answers.flatMap((event) => {
    if (event.type !== "attention.answered" || !event.data.about) return [];
    const { item, answer, about } = event.data;
    const next = answers.find(
      (each) => each.type === "attention.answered" && each.data.item === item && each.seq > event.seq,
    );
    const inVain = failures.find(
      ({ seq, ...each }) =>
        each.type === "attention.unanswered" &&
        each.data.item === item &&
        seq > event.seq &&
        seq < (next?.seq ?? Infinity),
    );
    const words = wordsOf(answer);
    return {
      id: item,
      ...about,
      by: nameOf(event.actor),
      at: event.at,
      answer: answer.kind,
      ...(words === undefined ? {} : { words: cut(words) }),
      ...(inVain?.type === "attention.unanswered" ? { problem: inVain.data.why } : {}),
    };
  });
}

function wordsOf(answer: Answer): string | undefined {
  if (answer.kind === "deny") return answer.reason;
  if (answer.kind === "text") return answer.text;
  if (answer.kind === "option") return [answer, ...(answer.more ?? [])].map(({ label }) => label).join(", ");
  return undefined;
}

function cut(text: string): string {
  return text.length > KEPT ? `${text.slice(0, KEPT)}…` : text;
}
