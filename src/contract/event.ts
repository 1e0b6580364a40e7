import type { Actor } from "./actor.ts";
import type { Agent, Attention, Outcome, Status } from "./agent.ts";
import type { Answer, Answered } from "./attention.ts";
import type { Changed, FileOperation } from "./files.ts";
import type { Urgency } from "./message.ts";
import type { Decision, Policy } from "./policy.ts";
import type { PreferencesChange } from "./preferences.ts";
import type { Limits, Settings, Workspace } from "./workspace.ts";

/** What an agent is from the moment it is recorded; the rest of `Agent` is folded from later events. */
export type AgentOrigin = Pick<
  Agent,
  "id" | "name" | "service" | "task" | "cwd" | "autonomy" | "spawned_by" | "spawned_by_id" | "depth" | "external"
> & { model?: string | undefined };

/** Every fact a workspace's ledger can hold. Types are `noun.pastVerb`; fields are only ever added. */
export type Fact =
  | { type: "agent.spawned"; data: { agent: AgentOrigin; rules_revision: number } }
  /** A token was made with which an agent started elsewhere may join under this id. */
  | { type: "agent.invited"; data: { id: string; name?: string | undefined } }
  | { type: "agent.joined"; data: { agent: AgentOrigin; rules_revision: number } }
  | { type: "agent.announced"; data: { id: string; working_on: string } }
  | {
      type: "agent.status";
      data: {
        id: string;
        run: number;
        status: Status;
        sure: boolean;
        live: boolean;
        outcome?: Outcome | undefined;
        reason?: string | undefined;
        activity?: string | undefined;
      };
    }
  | { type: "agent.attention"; data: { id: string; run: number; item: Attention | null } }
  | { type: "agent.session"; data: { id: string; run: number; session: string } }
  /** `also`: those of its descendants that were alive and end with it. */
  | {
      type: "agent.stop_requested";
      data: { id: string; run: number; also?: { id: string; run: number }[] | undefined };
    }
  | { type: "agent.interrupted"; data: { id: string; run: number } }
  /** `resume`: the new run continues the conversation instead of running the task again. */
  | { type: "agent.restarted"; data: { id: string; run: number; rules_revision: number; resume?: boolean | undefined } }
  /** `about`: what was answered, as the person saw it; texts are cut. */
  | { type: "attention.answered"; data: { agent: string; item: string; answer: Answer; about?: Answered | undefined } }
  /** The tool took the answer: its effect was seen. */
  | { type: "attention.taken"; data: { agent: string; item: string } }
  /** The answer had no effect: the item is open again, if it is still there. */
  | { type: "attention.unanswered"; data: { agent: string; item: string; why: string } }
  /** An item was put aside. Without `until` it is back. */
  | { type: "attention.snoozed"; data: { agent: string; item: string; until?: string | undefined } }
  | { type: "policy.set"; data: Policy }
  | { type: "policy.removed"; data: { id: string } }
  | { type: "agent.removed"; data: { id: string; name: string } }
  /** One that ended long ago left the view; its record as it was then. */
  | { type: "agent.forgotten"; data: { agent: Agent } }
  | {
      type: "message.sent";
      data: {
        id: string;
        to: string;
        content: string;
        reply_to?: string | undefined;
        urgency?: Urgency | undefined;
        hops?: number | undefined;
        recipients: { inbox: string; name: string }[];
      };
    }
  | { type: "message.handed"; data: { ids: string[]; inbox: string; channel: string } }
  /** Why it waits. */
  | { type: "message.held"; data: { ids: string[]; inbox: string; why: string } }
  /** It was handed over, but did not arrive: it waits again. */
  | { type: "message.returned"; data: { ids: string[]; inbox: string; why: string } }
  | { type: "message.seen"; data: { ids: string[]; inbox: string } }
  | { type: "message.read"; data: { ids: string[]; inbox: string } }
  | { type: "message.dropped"; data: { ids: string[]; inbox: string; why: string } }
  | { type: "message.undeliverable"; data: { ids: string[]; inbox: string; why: string } }
  /** How far the person has read everybody's messages. */
  | { type: "feed.read"; data: { up_to: number } }
  | { type: "context.written"; data: { key: string; value: string; revision: number } }
  | { type: "context.removed"; data: { key: string; revision: number } }
  | { type: "context.read"; data: { key: string; inbox: string; revision: number } }
  | { type: "rules.updated"; data: { text: string; revision: number } }
  | { type: "rules.read"; data: { id: string; revision: number } }
  | { type: "rules.unreadable"; data: { why: string } }
  | { type: "shell.opened"; data: { id: string; cwd: string; agent?: string | undefined } }
  /** `why`: it did not simply end and nobody closed it. */
  | { type: "shell.closed"; data: { id: string; why?: string | undefined } }
  | { type: "settings.changed"; data: { settings: Settings } }
  /** The folder's state was kept; `agent`: before this run of it started. */
  | {
      type: "snapshot.taken";
      /** `position`: of the operation log, before it was taken. */
      data: { id: string; label: string; skipped: number; position: number; agent?: string; run?: number };
    }
  /** The folder was made what it was in `target`; `id` is its state after that, `before` the one right before. */
  | { type: "snapshot.restored"; data: { id: string; target: string; before: string; done: number; left: string[] } }
  /** A restore was taken back. */
  | { type: "snapshot.undone"; data: { id: string; restored: string; done: number; left: string[] } }
  | { type: "snapshot.pruned"; data: { ids: string[] } }
  /** The operation log of the folder (contract/files.ts), entry by entry; changes seen at once are one event. */
  | { type: "files.changed"; data: { changes: Omit<Changed, "type">[] } }
  | { type: "files.writing"; data: Logged<"writing"> }
  | { type: "files.rolled_back"; data: Logged<"rolled_back"> }
  | { type: "files.rollback_undone"; data: Logged<"rollback_undone"> }
  | { type: "files.assigned"; data: Logged<"assigned"> }
  | { type: "files.marked"; data: Logged<"marked"> }
  /** Two agents changed the same file within minutes. `agents` are ids, the one that changed it last first. */
  | { type: "files.collided"; data: { path: string; agents: [string, string] } }
  /** An agent wanted to run a command that reaches the whole folder while others had unsaved work there. */
  | {
      type: "files.guarded";
      data: { agent: string; command: string; decision: Decision; snapshot?: string | undefined; reason: string };
    }
  | { type: "call.refused"; data: { operation: string; code: string; message: string } };

/** An entry of the operation log without its type, which is the event's. */
type Logged<T extends FileOperation["type"]> = Omit<Extract<FileOperation, { type: T }>, "type">;

/** Every fact of the home ledger: what belongs to no single workspace. Of a login only its SHA-256 is kept. */
export type HomeFact =
  | { type: "workspace.opened"; data: Workspace }
  | { type: "workspace.closed"; data: { id: string } }
  | { type: "limits.changed"; data: { limits: Limits } }
  | { type: "login.granted"; data: { hash: string } }
  | { type: "preferences.changed"; data: { change: PreferencesChange } }
  | { type: "call.refused"; data: { operation: string; code: string; message: string } };

/** A fact with its place in the ledger. */
export type Event<F = Fact> = F & {
  /** Position: rises from event to event, but may skip. */
  seq: number;
  /** Chosen by the appender; a second append with the same id is a no-op. */
  id: string;
  /** When the ledger took it, ISO 8601 in UTC. Order comes from `seq`, never from this. */
  at: string;
  actor: Actor;
  /** What the event is about, e.g. `agent/<id>`, `context/<key>`; compare-and-append works per subject. */
  subject: string;
};
