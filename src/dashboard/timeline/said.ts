import type { Tone } from "../agent/standing.ts";

/** A sentence: who did what, to whom, and the thing itself. */
export interface Said {
  by: string;
  does: string;
  /** Name of whom it was done to. */
  whom?: string | undefined;
  about?: string | undefined;
  tone?: Tone | undefined;
  goal?: Goal | undefined;
  /** Id of the message it is, and of the one it answers. */
  message?: string | undefined;
  answers?: string | undefined;
  /** Id of a rollback or restore that can be undone. */
  undo?: string | undefined;
  /** Id of the rollback or restore that this took back. */
  undone?: string | undefined;
  paths?: string[] | undefined;
}

/** Where an entry leads. */
export type Goal =
  | { room: "messages"; message: string; seq: string }
  | { room: "changes"; agent: string; file?: string }
  | { room: "inbox"; item: string }
  | { room: "context"; key: string }
  | { room: "rules" }
  | { room: "terminals"; agent: string };

/** What entries are told with: names by id, and what was last said of each agent. */
export interface Known {
  names: Map<string, string>;
  status: Map<string, string>;
  item: Map<string, string>;
}
