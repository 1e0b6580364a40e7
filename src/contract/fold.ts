import { nameOf } from "./actor.ts";
import type { Agent, Attention } from "./agent.ts";
import type { Event } from "./event.ts";
import { collided, filesChanged, restored, rollbackUndone, rolledBack, snapshotTaken, undone } from "./fold-files.ts";
import { orphaned, recent, seen, sent, step } from "./fold-messages.ts";
import { held, INVITES, PREVIEW, REMOVED_KEYS, type View } from "./view.ts";

/** A run that lived this long, in milliseconds, belongs to no series of crashes any more. */
export const SETTLED_MS = 600_000;

/**
 * The view after one more event: the same pure function in server and page. Returns a new view that shares what did not
 * change. Events at or before `view.seq` change nothing, so a replay is harmless; unknown types only move `seq`.
 */
export function applyEvent(view: View, event: Event): View {
  if (event.seq <= view.seq) return view;
  return { ...view, ...change(view, event), seq: event.seq };
}

function change(view: View, event: Event): Partial<View> {
  switch (event.type) {
    case "agent.spawned":
    case "agent.joined": {
      const { agent, rules_revision } = event.data;
      const joined = event.type === "agent.joined";
      const record: Agent = {
        ...agent,
        run: 1,
        status: joined ? "running" : "spawning",
        sure: true,
        live: true,
        rules_revision,
        spawned_at: event.at,
        status_at: event.at,
      };
      const agents = { ...view.agents, [agent.id]: record };
      const { [agent.id]: _used, ...invites } = view.invites;
      return joined ? { agents, invites } : { agents, spawns: recent(view.spawns, agent.spawned_by_id, event.at) };
    }
    case "agent.invited": {
      const invites = Object.entries(view.invites).slice(1 - INVITES);
      return { invites: { ...Object.fromEntries(invites), [event.data.id]: { name: event.data.name } } };
    }
    case "agent.announced":
      return agent(view, event.data.id, (was) => ({ ...was, working_on: event.data.working_on }));
    case "agent.status":
      return agent(view, event.data.id, (was) => {
        if (was.run !== event.data.run) return was;
        const { status, sure, live, outcome, reason, activity } = event.data;
        const { outcome: _outcome, reason: _reason, activity: _activity, attention, ...kept } = was;
        const status_at = was.status === status && was.outcome === outcome ? was.status_at : event.at;
        const next: Agent = { ...kept, status, sure, live, status_at };
        if (outcome) next.outcome = outcome;
        if (reason) next.reason = reason;
        if (activity) next.activity = activity;
        if (attention && status === "running") next.attention = attention;
        if (live && status !== "spawning") next.begun = true;
        if (!live) delete next.stopping;
        return next;
      });
    case "agent.attention":
      return agent(view, event.data.id, (was) => {
        if (was.run !== event.data.run) return was;
        const { attention: _gone, ...kept } = was;
        return event.data.item ? { ...kept, attention: event.data.item } : kept;
      });
    case "agent.session":
      return agent(view, event.data.id, (was) =>
        was.run === event.data.run ? { ...was, session: event.data.session } : was,
      );
    case "agent.restarted":
      return agent(view, event.data.id, (was) => {
        const { outcome: _o, reason: _r, activity: _a, attention: _t, session, stopping: _st, ...rest } = was;
        const { begun: _b, stopped_by: _s, revived: _v, ...kept } = rest;
        const { run, rules_revision, resume } = event.data;
        const resumed = resume && session !== undefined ? { session, resumed: true } : { resumed: false };
        return {
          ...kept,
          ...resumed,
          ...(event.actor.kind === "system" ? { revived: revival(was, event.at) } : {}),
          ...{ run, rules_revision, status: "spawning", sure: true, live: true, status_at: event.at },
        };
      });
    case "agent.removed":
      return withoutAgent(view, event.data.id, event.at, "its recipient was removed");
    case "agent.forgotten":
      return withoutAgent(view, event.data.agent.id, event.at, "its recipient ended long ago");
    case "message.sent":
      return sent(view, event);
    case "message.handed":
      return step(view, event, "handed", { channel: event.data.channel });
    case "message.held":
      return step(view, event, "queued", { why: event.data.why });
    case "message.returned":
      return step(view, event, "queued", { why: event.data.why }, "handed");
    case "message.seen":
      return seen(view, event, "seen");
    case "message.read":
      return seen(view, event, "read");
    case "message.dropped":
      return step(view, event, "dropped", { why: event.data.why });
    case "message.undeliverable":
      return step(view, event, "undeliverable", { why: event.data.why });
    case "shell.opened":
      return { shells: [...view.shells, { ...event.data, at: event.at }] };
    case "shell.closed":
      return { shells: view.shells.filter(({ id }) => id !== event.data.id) };
    case "feed.read":
      return { read_up_to: Math.max(view.read_up_to, event.data.up_to) };
    case "context.written": {
      const { key, value, revision } = event.data;
      const entry = {
        key,
        value: value.slice(0, PREVIEW),
        size: value.length,
        revision,
        by: nameOf(event.actor),
        at: event.at,
        seq: event.seq,
      };
      const { [key]: _removed, ...revisions } = view.revisions;
      return { context: { ...view.context, [key]: entry }, revisions };
    }
    case "context.removed": {
      const { [event.data.key]: _gone, ...context } = view.context;
      const revisions = Object.entries({ ...view.revisions, [event.data.key]: event.data.revision });
      return { context, revisions: Object.fromEntries(revisions.slice(-REMOVED_KEYS)) };
    }
    case "context.read": {
      const { key, inbox, revision } = event.data;
      return { readers: { ...view.readers, [key]: { ...held(view.readers, key), [inbox]: revision } } };
    }
    case "rules.updated":
      return { rules: { text: event.data.text, revision: event.data.revision, by: nameOf(event.actor), at: event.at } };
    case "rules.read":
      return agent(view, event.data.id, (was) => ({
        ...was,
        rules_revision: Math.max(was.rules_revision, event.data.revision),
      }));
    case "agent.stop_requested": {
      const { also } = event.data;
      const agents = { ...view.agents };
      for (const { id, run } of [event.data, ...(also ?? [])]) {
        const was = agents[id];
        // One that has ended before may head the others that end.
        if (was?.run === run && (was.live || !also))
          agents[id] = { ...was, stopping: true, stopped_by: nameOf(event.actor) };
      }
      return { agents };
    }
    case "attention.answered":
      return item(view, event.data.agent, event.data.item, { answered: true });
    case "attention.snoozed":
      return item(view, event.data.agent, event.data.item, { snoozed: event.data.until });
    case "attention.unanswered":
      return item(view, event.data.agent, event.data.item, {
        answered: false,
        problem: event.data.why,
        snoozed: undefined,
      });
    case "settings.changed":
      return { settings: { ...view.settings, ...event.data.settings, at: event.at } };
    case "policy.set":
      return { policies: [...view.policies, event.data] };
    case "policy.removed":
      return { policies: view.policies.filter(({ id }) => id !== event.data.id) };
    case "files.changed":
      return filesChanged(view, event);
    case "files.rolled_back":
      return rolledBack(view, event);
    case "files.rollback_undone":
      return rollbackUndone(view, event);
    case "files.assigned":
      return { files: { ...view.files, position: event.data.seq } };
    case "files.collided":
      return collided(view, event);
    case "snapshot.taken":
      return snapshotTaken(view, event);
    case "snapshot.restored":
      return restored(view, event);
    case "snapshot.undone":
      return undone(view, event.data.restored, event.data.done);
    case "snapshot.pruned":
    case "files.writing":
    case "files.marked":
    case "files.guarded":
    case "agent.interrupted":
    case "attention.taken":
    case "rules.unreadable":
    case "call.refused":
      return {};
    default: {
      const _every: never = event;
      return {};
    }
  }
}

function agent(view: View, id: string, next: (was: Agent) => Agent): Partial<View> {
  const was = view.agents[id];
  return was ? { agents: { ...view.agents, [id]: next(was) } } : {};
}

/** One more time in a row that an agent is resumed unasked; a shutdown, or a run that lived long, begins anew. */
function revival({ revived, outcome, status_at }: Agent, at: string): Agent["revived"] {
  const series =
    revived && outcome !== "stopped" && Date.parse(status_at) - Date.parse(revived.at) < SETTLED_MS ? revived.times : 0;
  return { times: series + 1, at };
}

/** Marks an agent's open item as answered, or as open again. */
function item(view: View, id: string, wanted: string, news: Partial<Attention>): Partial<View> {
  return agent(view, id, (was) =>
    was.attention?.id === wanted ? { ...was, attention: { ...was.attention, ...news } } : was,
  );
}

/** Nobody of this id is here any more; `why` is told of the mail that waits for them. */
function withoutAgent(view: View, id: string, at: string, why: string): Partial<View> {
  const { [id]: _agent, ...agents } = view.agents;
  const { [id]: _invite, ...invites } = view.invites;
  const { [id]: _chain, ...chains } = view.chains;
  return { agents, invites, chains, readers: withoutReader(view.readers, id), ...orphaned(view, id, at, why) };
}

function withoutReader(readers: View["readers"], inbox: string): View["readers"] {
  const left = Object.entries(readers).map(([key, { [inbox]: _gone, ...others }]) => [key, others] as const);
  return Object.fromEntries(left.filter(([, others]) => Object.keys(others).length > 0));
}
