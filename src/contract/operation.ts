import type { z } from "zod";

/** What a caller may do. Roles are sets of these (core/caller.ts); an operation names exactly one. */
export type Right =
  | "agents.read"
  | "agents.announce"
  | "agents.spawn"
  | "agents.control"
  | "messages.send"
  | "messages.read"
  | "messages.read_all"
  | "context.read"
  | "context.write"
  | "rules.read"
  | "rules.write"
  | "attention.read"
  | "attention.answer"
  | "terminals.read"
  | "terminals.write"
  | "files.read"
  | "files.upload"
  | "snapshots.read"
  | "snapshots.write"
  | "changes.read"
  | "changes.write"
  | "events.read"
  | "home.read"
  | "home.manage";

/**
 * One thing that can be asked of Clustr, defined once. The HTTP route, the MCP tool, the CLI command, the typed client
 * and the API page are computed from it.
 */
export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  /** One line for people: CLI help and API page. */
  summary: string;
  /** `workspace`: needs one, and lives under `/api/workspaces/:workspace`. `home`: belongs to the whole server. */
  scope: "workspace" | "home";
  right: Right;
  /** Method and path below the scope's prefix. `:name` parts are fields of the input; GET takes the rest as query. */
  http: `${"GET" | "POST" | "PUT" | "DELETE"} /${string}`;
  /** The name agents call it by, with a description written for a model: when to use it, what comes back. */
  tool?: { name: string; description: string };
  /** CLI words, e.g. `send <to> <content>`: bracketed words are input fields, the rest become flags. `[name]` may be left out where a flag says more. */
  command?: string;
  /** Bytes a request's body may have; 2 MB unless given. */
  body?: number;
  input: I;
  output: O;
}

/** Keeps the literal types of an operation while checking its shape. */
export function operation<I extends z.ZodObject, O extends z.ZodType>(definition: Operation<I, O>): Operation<I, O> {
  return definition;
}

/** What a caller passes: defaults still optional. */
export type Input<O extends Operation> = z.input<O["input"]>;
/** What a handler receives: parsed, defaults filled in. */
export type Parsed<O extends Operation> = z.output<O["input"]>;
/** What a call resolves with. */
export type Output<O extends Operation> = z.output<O["output"]>;
