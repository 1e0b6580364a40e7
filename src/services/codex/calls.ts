import { resolve } from "node:path";
import type { AgentLink, Objection, ToolCall } from "../../core/ports/service.ts";
import { editsOf } from "./edits.ts";
import type { Item } from "./protocol.ts";

/** Characters of a command or patch that are looked at: of a longer one, what stands in its middle is not. */
export const LONGEST = 500_000;

/** Tools that change no file, as far as Codex asks the hook about them at all. */
const HARMLESS =
  /^(mcp__clustr__.*|mcp__codex_tui__.*|update_plan|view_image|web_search|request_user_input|write_stdin|list_mcp_resources|read_mcp_resource)$/;

/** A tool call as Codex tells its hook. */
export interface HookedCall {
  tool_name: string;
  tool_input: { command?: unknown };
  tool_use_id?: string | undefined;
  cwd?: string | undefined;
}

/** What of the link this needs. */
export type CallsLink = Pick<AgentLink, "agent" | "openCall" | "holdCall" | "goOnCall" | "closeCall">;

/**
 * Tells the core of the tool calls by which the agent can change files. The hook announces a call before it runs, under
 * the id its item has later; the item tells the end. Where the hook does not run a call is known only once it has begun,
 * and so of doubtful reach. Commands outlive their turn, an interrupted one too: from then on they are as well.
 */
export class ToolCalls {
  readonly #link: CallsLink;
  /** Open calls by the id of their item, with the name the core knows them by. */
  readonly #open = new Map<string, string>();
  /** Commands that run, whether in a turn or after it. */
  readonly #running = new Set<string>();

  constructor(link: CallsLink) {
    this.#link = link;
  }

  /** The hook tells of a call. Resolves, once it may run, with what stands against it. */
  async begin(call: HookedCall): Promise<Objection | undefined> {
    const id = call.tool_use_id;
    if (id === undefined || HARMLESS.test(call.tool_name)) return undefined;
    this.#open.set(id, id);
    const objection = await this.#link.openCall(callOf(call, id, this.#link.agent.cwd));
    if (!objection) return undefined;
    this.#open.delete(id);
    await this.#link.closeCall(id);
    return objection;
  }

  /** Codex tells that it has begun with an item. */
  async started(item: Item): Promise<void> {
    if (!isCall(item)) return;
    if (item.type === "commandExecution") this.#running.add(item.id);
    if (this.#open.has(item.id)) return;
    this.#open.set(item.id, item.id);
    const paths = item.type === "fileChange" ? touched(item.changes, this.#link.agent.cwd) : undefined;
    await this.#link.openCall({ id: item.id, doubtful: true, ...(paths === undefined ? {} : { paths }) });
  }

  /** An item has ended: well, badly, or because it was refused. */
  async completed(item: Item): Promise<void> {
    if (!isCall(item)) return;
    this.#running.delete(item.id);
    const applied = item.type === "fileChange" && item.status === "completed";
    await this.#close(item.id, applied ? editsOf(item.changes, this.#link.agent.cwd) : []);
  }

  /** A turn is over, or the agent went on to another conversation. What still runs does so unseen. */
  async turnOver(): Promise<void> {
    for (const [id, name] of [...this.#open]) {
      if (!this.#running.has(id)) await this.#close(id, []);
      else if (name === id) {
        const background = `background ${id}`;
        this.#open.set(id, background);
        // Before the call is closed: nothing is between them.
        await this.#link.openCall({ id: background, doubtful: true });
        await this.#link.closeCall(id);
      }
    }
  }

  /** Codex's process has ended. */
  async end(): Promise<void> {
    for (const id of [...this.#open.keys()]) await this.#close(id, []);
  }

  /** The person is asked about an item; without one, about something that is not told. */
  async hold(item: string | undefined): Promise<void> {
    for (const [id, name] of [...this.#open]) if (item === undefined || item === id) await this.#link.holdCall(name);
  }

  /** The person's answer from here is about to let it go on. */
  async goOn(item: string | undefined): Promise<void> {
    for (const [id, name] of [...this.#open]) if (item === undefined || item === id) await this.#link.goOnCall(name);
  }

  async #close(id: string, edits: ReturnType<typeof editsOf>): Promise<void> {
    const name = this.#open.get(id);
    // Of a call from before a restart of the server, what an edit must have left behind is told all the same.
    if (name === undefined && edits.length === 0) return;
    this.#open.delete(id);
    await this.#link.closeCall(name ?? id, edits);
  }
}

type CallItem = Extract<Item, { type: "commandExecution" | "fileChange" | "mcpToolCall" }>;

function isCall(item: Item): item is CallItem {
  if (item.type === "mcpToolCall") return !HARMLESS.test(`mcp__${item.server}__${item.tool}`);
  if (item.type === "commandExecution") return item.source !== "userShell" && item.source !== "unifiedExecInteraction";
  return item.type === "fileChange";
}

function touched(changes: Extract<Item, { type: "fileChange" }>["changes"], cwd: string): string[] {
  return changes.flatMap(({ path, kind }) =>
    [path, kind.type === "update" ? kind.move_path : null].flatMap((one) => (one === null ? [] : resolve(cwd, one))),
  );
}

function callOf({ tool_name, tool_input, cwd }: HookedCall, id: string, folder: string): ToolCall {
  const where = { id, cwd: cwd ?? folder };
  const command = typeof tool_input.command === "string" ? tool_input.command : undefined;
  if (command === undefined) return where;
  // A patch within a command is one too, but the command may have gone elsewhere before.
  return tool_name === "apply_patch"
    ? { ...where, paths: patchedPaths(command, cwd ?? folder) }
    : { ...where, command };
}

/** The files that the patches in a text name. */
export function patchedPaths(patch: string, cwd: string): string[] {
  const named = [...patch.matchAll(/^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm)];
  return named.map(([, path = ""]) => resolve(cwd, path.trim()));
}
