import { inboxOf } from "../../../src/contract/actor.ts";
import type { Story } from "../story.ts";

/** I4: a message is marked read once, and never falls back; an acknowledged fetch marked what it gave. */
export function marksHeld({ world, calls, events }: Story): void {
  const marked = new Set<string>();
  for (const event of events) {
    if (event.type !== "message.read") continue;
    for (const id of event.data.ids) {
      const mark = `${event.data.inbox} ${id}`;
      world.expect("I4", !marked.has(mark), `${id} was marked read a second time, by event ${event.seq}`);
      marked.add(mark);
    }
  }
  const inboxes = new Map<string, string>();
  for (const event of events)
    if (event.type === "agent.joined") inboxes.set(event.data.agent.name, inboxOf(event.actor));
  const given = new Set<string>();
  for (const { operation, outcome, answer, caller } of calls) {
    if (operation !== "message.inbox" || outcome !== "ok") continue;
    for (const { id } of (answer as { messages: { id: string }[] }).messages) {
      const mark = `${inboxes.get(caller)} ${id}`;
      world.expect("I4", !given.has(mark), `${caller} was given ${id} as unread a second time`);
      world.expect("I4", marked.has(mark), `${caller} was given ${id}, which was never marked read`);
      given.add(mark);
    }
  }
}
