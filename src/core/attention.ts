import type { Attention } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { attention } from "../contract/operations/attention.ts";
import type { View } from "../contract/view.ts";
import { understood } from "./attention/answer.ts";
import { aboutOf, handled } from "./attention/handled.ts";
import { notOpen, untilTaken } from "./attention/past.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";
import type { Ledger } from "./ports/ledger.ts";

/** What only a person can resolve. Giving an answer to its agent is a reactor's (core/reactors/answers.ts). */
export function attentionHandlers(now: () => number): Handlers<typeof attention, WorkspaceCall> {
  return {
    "attention.list": async (call) => itemsOf(call.view()).map(({ item }) => item),

    "attention.answer": async (call, { id, answer, reason, digest }) => {
      const made = await call.decide(`attention/${id}`, async (view) => {
        const { agent, item } = await answerable(call.ledger, view, id, digest);
        return {
          type: "attention.answered",
          data: { agent, item: id, answer: understood(item, answer, reason), about: aboutOf(item) },
        };
      });
      const event = ofType(made, "attention.answered");
      const { agent } = event.data;
      await untilTaken(call.ledger, event);
      return { id, agent: call.view().agents[agent]?.name ?? agent, answer: event.data.answer.kind };
    },

    "attention.snooze": async (call, { id, minutes }) => {
      await call.decide(`attention/${id}`, async (view) => {
        const { agent } = await waiting(call.ledger, view, id);
        const until = minutes === undefined ? "news" : new Date(now() + minutes * 60_000).toISOString();
        return { type: "attention.snoozed", data: { agent, item: id, until } };
      });
      return (await waiting(call.ledger, call.view(), id)).item;
    },

    "attention.wake": async (call, { id }) => {
      await call.decide(`attention/${id}`, async (view) => {
        const { agent, item } = await waiting(call.ledger, view, id);
        stillSnoozed(view, agent, id, item.snoozed);
        return { type: "attention.snoozed", data: { agent, item: id } };
      });
      return (await waiting(call.ledger, call.view(), id)).item;
    },

    "attention.handled": async (call, { limit }) => handled(call.ledger, limit),
  };
}

/** Open items, oldest first. */
function itemsOf(view: View): { agent: string; item: Attention }[] {
  return Object.values(view.agents)
    .flatMap(({ id, attention: item }) => (item ? [{ agent: id, item }] : []))
    .toSorted((a, b) => Date.parse(a.item.since) - Date.parse(b.item.since));
}

/** Refuses to bring back what is not put aside, or not until that moment. */
export function stillSnoozed(view: View, agent: string, id: string, until: string | undefined): void {
  const item = view.agents[agent]?.attention;
  if (item?.id !== id || item.snoozed === undefined || item.snoozed !== until)
    throw new ClustrError("conflict", `"${id}" is not put aside (any more): it waits for you, or is over.`);
}

/** The item of an id that waits for a person, put aside or not; rejects with why there is none. */
async function waiting(ledger: Ledger, view: View, id: string): Promise<{ agent: string; item: Attention }> {
  const found = itemsOf(view).find(({ item }) => item.id === id);
  if (!found) throw await notOpen(ledger, id);
  if (found.item.answered)
    throw new ClustrError("conflict", `"${id}" has been answered already; the first answer counts.`);
  return found;
}

/** The same, when it can be answered from here, and is what the person saw. */
async function answerable(ledger: Ledger, view: View, id: string, digest: string | undefined) {
  const found = await waiting(ledger, view, id);
  const { item } = found;
  if (digest !== undefined && digest !== item.digest)
    throw new ClustrError("conflict", `"${id}" has changed since you read it; nothing was answered. Read it again.`);
  if (item.answers.length === 0)
    throw new ClustrError(
      "invalid",
      `"${id}" can only be answered in the agent's terminal: \`clustr attach ${item.agent}\`.`,
    );
  return found;
}
