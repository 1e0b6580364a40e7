import type { Answer } from "../../contract/attention.ts";
import type { Event } from "../../contract/event.ts";
import { shownPath } from "../../contract/files.ts";
import { firstLine } from "../messages/plain.ts";
import { nameWords } from "../messages/names.ts";
import type { Known, Said } from "./said.ts";
import { nameOf } from "../../contract/actor.ts";

type Told = Said & { lane?: string | undefined; to?: string[] | undefined };

/** What an event tells; undefined when it says nothing new. Remembers in `known` what was said. */
export function factOf(event: Event, known: Known): Told | undefined {
  const by = nameOf(event.actor);
  const name = (id: string) => known.names.get(id) ?? (id === "human" ? id : "somebody");
  /** In the lane of the agent that it is about. */
  const of = (id: string, said: Omit<Said, "by">): Told => ({
    goal: { room: "terminals", agent: name(id) },
    ...said,
    by: name(id),
    lane: id,
  });
  switch (event.type) {
    case "agent.spawned": {
      const { agent } = event.data;
      return of(agent.id, {
        does: `was spawned by ${nameWords(agent.spawned_by)}`,
        about: firstLine(agent.task),
        tone: "spawning",
      });
    }
    case "agent.joined":
      return of(event.data.agent.id, { does: "joined from elsewhere", tone: "running" });
    case "agent.restarted":
      return of(event.data.id, { does: event.data.resume ? "was resumed" : "was restarted", tone: "spawning" });
    case "agent.announced":
      return of(event.data.id, { does: "works on", about: firstLine(event.data.working_on) });
    case "agent.status": {
      const { id, run, status, outcome, reason } = event.data;
      const now = `${run} ${status} ${outcome ?? ""}`;
      if (known.status.get(id) === now || status === "spawning") return undefined;
      known.status.set(id, now);
      if (status === "running") return of(id, { does: "is running", tone: "running" });
      const failed = outcome === "failed" || outcome === "lost";
      return of(id, {
        does: outcome ?? "done",
        about: reason && firstLine(reason),
        tone: failed ? "failed" : outcome === "stopped" ? "stopped" : "done",
      });
    }
    case "agent.attention": {
      const { id, item } = event.data;
      if (!item || known.item.get(id) === item.id) return undefined;
      known.item.set(id, item.id);
      const does =
        item.kind === "permission" ? "asks for permission" : item.kind === "question" ? "asks" : "has failed";
      return of(id, {
        does,
        about: firstLine(item.detail ?? item.title),
        tone: item.kind === "failure" ? "failed" : "attention",
        goal: { room: "inbox", item: item.id },
      });
    }
    case "attention.answered":
      return {
        ...{ by, does: "answered", whom: name(event.data.agent), about: answerWords(event.data.answer) },
        to: [event.data.agent],
        goal: { room: "terminals", agent: name(event.data.agent) },
      };
    case "attention.snoozed": {
      const { agent, until } = event.data;
      const does = until === undefined ? "brought back the item of" : "put aside the item of";
      return { by, does, whom: name(agent), to: [agent], goal: { room: "inbox", item: event.data.item } };
    }
    case "attention.unanswered":
      return of(event.data.agent, {
        does: "did not take the answer",
        about: firstLine(event.data.why),
        tone: "attention",
      });
    case "agent.stop_requested": {
      const { id, also = [] } = event.data;
      const others = also.map((one) => name(one.id)).join(", ");
      return { by, does: "stopped", whom: name(id), to: [id], ...(others !== "" && { about: `with ${others}` }) };
    }
    case "agent.interrupted":
      return { by, does: "interrupted", whom: name(event.data.id), to: [event.data.id] };
    case "agent.removed":
      return { by, does: "removed", whom: event.data.name, to: [event.data.id] };
    case "agent.forgotten":
      return { by, does: "let go of", whom: event.data.agent.name, to: [event.data.agent.id] };
    case "message.sent": {
      const { id, to, content, reply_to, recipients } = event.data;
      return {
        ...{ by, does: reply_to === undefined ? "to" : "answered", whom: to, about: firstLine(content) },
        ...{ to: recipients.map(({ inbox }) => inbox), message: id, answers: reply_to },
        goal: { room: "messages", message: id, seq: String(event.seq) },
      };
    }
    case "message.undeliverable":
    case "message.dropped":
      return of(event.data.inbox, {
        does: event.type === "message.dropped" ? "lost messages it had been given" : "will not get messages",
        about: event.data.why,
        tone: "failed",
      });
    case "context.written":
      return { by, does: "wrote", about: event.data.key, goal: { room: "context", key: event.data.key } };
    case "context.removed":
      return { by, does: "removed the note", about: event.data.key, goal: { room: "context", key: event.data.key } };
    case "rules.updated":
      return { by, does: `changed the rules, revision ${event.data.revision}`, goal: { room: "rules" } };
    case "rules.unreadable":
      return { by, does: "could not read the rules", about: event.data.why, tone: "failed", goal: { room: "rules" } };
    case "files.collided": {
      const [last, first] = event.data.agents;
      return {
        ...of(last, { does: "changed the same file as", whom: name(first), about: event.data.path, tone: "attention" }),
        ...{ to: [first], goal: { room: "changes", agent: name(last), file: event.data.path } },
      };
    }
    case "files.guarded": {
      const { agent, command, decision } = event.data;
      const does = decision === "deny" ? "was kept from running" : decision === "ask" ? "must ask to run" : "may run";
      return of(agent, { does, about: firstLine(command), tone: decision === "allow" ? undefined : "attention" });
    }
    case "files.rolled_back": {
      const { id, of: whose, files } = event.data;
      const whom = whose?.kind === "agent" ? name(whose.agent) : whose?.kind === "person" ? "human" : undefined;
      const [first] = files;
      return {
        ...{
          by,
          does: `rolled back ${filesWords(files.length)} of`,
          whom,
          to: whose?.kind === "agent" ? [whose.agent] : [],
        },
        ...{ about: files.length === 1 && first ? shownPath(first.change.path) : undefined, undo: id },
        ...(whose?.kind === "agent" && whom !== undefined && { goal: { room: "changes", agent: whom } }),
      };
    }
    case "files.rollback_undone":
      return { by, does: `brought back ${filesWords(event.data.files.length)}`, undone: event.data.rollback };
    case "files.assigned":
      return {
        by,
        does: event.data.call === undefined ? "said whose a change is" : "made a change, as its tool call shows",
      };
    case "snapshot.taken":
      return { by, does: "kept a snapshot", about: event.data.label, lane: event.data.agent };
    case "snapshot.restored":
      return { by, does: `restored a snapshot, ${filesWords(event.data.done)}`, undo: event.data.id };
    case "snapshot.undone":
      return { by, does: `took back a restore, ${filesWords(event.data.done)}`, undone: event.data.restored };
    case "policy.set":
      return { by, does: `set a policy: ${event.data.decision}`, about: event.data.tool };
    case "policy.removed":
      return { by, does: "removed a policy" };
    case "settings.changed":
      return { by, does: "changed the settings" };
    case "shell.opened":
      return { by, does: "opened a shell", about: event.data.cwd };
    case "shell.closed":
      return event.data.why ? { by, does: "lost a shell", about: event.data.why } : undefined;
    case "call.refused":
      return { by, does: `was refused ${event.data.operation}`, about: firstLine(event.data.message), tone: "failed" };
    default:
      return undefined;
  }
}

function answerWords(answer: Answer): string {
  switch (answer.kind) {
    case "deny":
      return answer.reason ? `no: ${firstLine(answer.reason)}` : "no";
    case "allow":
      return "yes";
    case "always":
      return "yes, always";
    case "option":
      return [answer, ...(answer.more ?? [])].map(({ label }) => label).join(", ");
    case "text":
      return firstLine(answer.text);
  }
}

function filesWords(count: number): string {
  return `${count} file${count === 1 ? "" : "s"}`;
}
