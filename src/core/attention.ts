import type { Attention } from "../contract/agent.ts";
import type { Answer } from "../contract/attention.ts";
import { ClustrError } from "../contract/error.ts";
import type { attention } from "../contract/operations/attention.ts";
import type { View } from "../contract/view.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { aboutOf, handled } from "./handled.ts";
import { notOpen, untilTaken } from "./past-items.ts";

const POLICIES = 200;

/** What only a person can resolve, and policies that resolve it without one. */
export function attentionHandlers(newId: () => string, now: () => number): Handlers<typeof attention, WorkspaceCall> {
  return {
    "attention.list": async (call) => itemsOf(call.view()).map(({ item }) => item),

    "attention.answer": async (call, { id, answer, reason, digest }) => {
      const event = await call.decide(`attention/${id}`, async (view) => {
        const { agent, item } = openItem(view, id, digest) ?? (await refuse(notOpen(call.ledger, id)));
        return {
          type: "attention.answered",
          data: { agent, item: id, answer: understood(item, answer, reason), about: aboutOf(item) },
        };
      });
      if (event.type !== "attention.answered")
        throw new ClustrError(
          "conflict",
          "This request id was used for another operation before; nothing was answered.",
        );
      const { agent } = event.data;
      await untilTaken(call.ledger, event);
      return { id, agent: call.view().agents[agent]?.name ?? agent, answer: event.data.answer.kind };
    },

    "attention.snooze": async (call, { id, minutes }) => {
      await call.decide(`attention/${id}`, async (view) => {
        const { agent } = waiting(view, id) ?? (await refuse(notOpen(call.ledger, id)));
        const until = minutes === undefined ? "news" : new Date(now() + minutes * 60_000).toISOString();
        return { type: "attention.snoozed", data: { agent, item: id, until } };
      });
      return (waiting(call.view(), id) ?? (await refuse(notOpen(call.ledger, id)))).item;
    },

    "attention.wake": async (call, { id }) => {
      await call.decide(`attention/${id}`, async (view) => {
        const { agent, item } = waiting(view, id) ?? (await refuse(notOpen(call.ledger, id)));
        stillSnoozed(view, agent, id, item.snoozed);
        return { type: "attention.snoozed", data: { agent, item: id } };
      });
      return (waiting(call.view(), id) ?? (await refuse(notOpen(call.ledger, id)))).item;
    },

    "attention.handled": async (call, { limit }) => handled(call.ledger, limit),

    "policy.list": async (call) => call.view().policies,

    "policy.set": async (call, { decision, tool, pattern }) => {
      const event = await call.decide("policies", (view) => {
        if (view.policies.length >= POLICIES)
          throw new ClustrError(
            "limited",
            `There are ${POLICIES} policies; nothing was set. Remove some with \`clustr policy rm\`.`,
          );
        return {
          type: "policy.set",
          data: { id: newId(), decision, tool, ...(pattern === undefined ? {} : { pattern }) },
        };
      });
      if (event.type !== "policy.set")
        throw new ClustrError("conflict", "This request id was used for another operation before; nothing was set.");
      return event.data;
    },

    "policy.remove": async (call, { id }) => {
      await call.decide("policies", (view) => {
        if (!view.policies.some((policy) => policy.id === id))
          throw new ClustrError("not_found", `There is no policy "${id}". List them with \`clustr policy list\`.`);
        return { type: "policy.removed", data: { id } };
      });
      return { removed: id };
    },
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

/** The item of an id that waits for a person, put aside or not. */
function waiting(view: View, id: string): { agent: string; item: Attention } | undefined {
  const found = itemsOf(view).find(({ item }) => item.id === id);
  if (found?.item.answered) throw new ClustrError("conflict", `"${id}" has been answered already.`);
  return found;
}

async function refuse(why: Promise<ClustrError>): Promise<never> {
  throw await why;
}

/** The open item of an id that can be answered from here; undefined when none of that id is open. */
function openItem(view: View, id: string, digest: string | undefined): { agent: string; item: Attention } | undefined {
  const found = itemsOf(view).find(({ item }) => item.id === id);
  if (!found) return undefined;
  const { item } = found;
  if (digest !== undefined && digest !== item.digest)
    throw new ClustrError("conflict", `"${id}" has changed since you read it; nothing was answered. Read it again.`);
  if (item.answered) throw new ClustrError("conflict", `"${id}" has been answered already; the first answer counts.`);
  if (item.answers.length === 0)
    throw new ClustrError(
      "invalid",
      `"${id}" can only be answered in the agent's terminal: \`clustr attach ${item.agent}\`.`,
    );
  return found;
}

/** What a person meant, if the item takes such an answer. */
function understood(item: Attention, said: string, reason: string | undefined): Answer {
  const takes = (kind: Answer["kind"]): boolean => item.answers.includes(kind);
  if (said === "allow" && takes("allow")) return { kind: "allow" };
  if (said === "always" && takes("always")) return { kind: "always" };
  if (said === "deny" && takes("deny")) return { kind: "deny", reason };
  if (takes("option")) {
    const [first, ...more] = chosen(item, said) ?? [];
    if (first) return { kind: "option", ...first, ...(more.length > 0 ? { more } : {}) };
  }
  // A number is never an own word: it is an option that is not there.
  const numbers = item.several === true ? /^[\d\s,]+$/ : /^\d{1,3}$/;
  if (takes("text") && !numbers.test(said)) return { kind: "text", text: said };
  throw new ClustrError(
    "invalid",
    `"${item.id}" does not take "${said.slice(0, 60)}"; nothing was answered. It takes ${waysOf(item)}.`,
  );
}

/** The options a person named, by number or label, and with commas between where several may be chosen; undefined when one is not there. */
function chosen(item: Attention, said: string): { index: number; label: string }[] | undefined {
  const at = (one: string): number =>
    /^\d{1,3}$/.test(one) ? Number(one) - 1 : item.options.findIndex(({ label }) => label === one);
  // A label may hold a comma itself.
  const several = item.several === true && at(said) < 0;
  const named = new Set((several ? said.split(",").map((one) => one.trim()) : [said]).map(at));
  const options = [...named].toSorted((a, b) => a - b).map((index) => ({ index, label: item.options[index]?.label }));
  return options.every((option): option is { index: number; label: string } => option.label !== undefined)
    ? options
    : undefined;
}

function waysOf(item: Attention): string {
  const ways: string[] = item.answers.filter((kind) => kind !== "option" && kind !== "text");
  if (item.answers.includes("option"))
    ways.push(`a number from 1 to ${item.options.length}${item.several === true ? " (or several, as 1,2)" : ""}`);
  if (item.answers.includes("text")) ways.push("a text");
  return ways.join(", ");
}
