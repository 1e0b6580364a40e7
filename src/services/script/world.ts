import type { Autonomy } from "../../contract/agent.ts";
import type { Door } from "./door.ts";
import type { Folder } from "./folder.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Person } from "./person.ts";
import type { Show } from "./show.ts";

/** What steps act on. */
export interface World {
  cwd: string;
  autonomy: Autonomy;
  door: Door;
  folder: Folder;
  mailbox: Mailbox;
  person: Person;
  show: Show;
  /** Tells Clustr something about this agent; resolves once it is recorded. */
  tell(signal: Record<string, unknown>): Promise<void>;
  /** Aborts when the agent is to leave, or the turn is to stop. */
  signal: AbortSignal;
  /** Verbs of steps that a person has allowed for the rest of this run. */
  allowed: Set<string>;
}
