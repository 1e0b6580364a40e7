import { ALL, HUMAN } from "../contract/actor.ts";
import type { Fact } from "../contract/event.ts";

interface Recipient {
  inbox: string;
  name: string;
}

/** The person, as a recipient. */
export const PERSON_INBOX: Recipient = { inbox: HUMAN, name: HUMAN };

/** A notice: a message in which the workspace itself has something to say. `id` is unique in the workspace. */
export function noticeTo(recipients: Recipient[], id: string, content: string): Fact {
  const [only, ...others] = recipients;
  const to = only && others.length === 0 ? only.name : ALL;
  return { type: "message.sent", data: { id: `n-${id}`, to, content, recipients } };
}
