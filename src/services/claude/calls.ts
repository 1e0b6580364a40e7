import { resolve } from "node:path";
import type { AgentLink, Objection, ToolCall } from "../../core/ports/service.ts";
import { objectOf } from "../json.ts";
import type { Belief } from "./belief.ts";
import { editsOf } from "./edits.ts";
import { text, type Hook } from "./hooks.ts";

/** Tools that change no file of a project, whatever they are called with. All others, unknown ones too, may. */
const HARMLESS = new Set(
  (
    "Read Glob Grep LS NotebookRead WebFetch WebSearch TodoRead TodoWrite ToolSearch LSP BashOutput AskUserQuestion " +
    "EnterPlanMode ExitPlanMode Task Agent TaskCreate TaskGet TaskList TaskUpdate TaskOutput TaskStop KillShell KillBash " +
    "ListMcpResourcesTool ReadMcpResourceTool WaitForMcpServers SendMessage ListAgents CronCreate CronDelete CronList"
  ).split(" "),
);
/** Clustr's own tools. */
const OWN = /^mcp__clustr__/;

/** A call the core knows to be under way, or a command left alone in the background. */
interface Open {
  /** Its name with the core. */
  id: string;
  /** The subagent that made it. */
  subagent: string | undefined;
  /** Tool and input, to know it again where its id is not told. */
  about: string;
  /** The core was told that it waits for the person. */
  held: boolean;
  /** The person has answered its dialog from here. */
  answered?: boolean;
  /** Why the workspace wants the person asked. */
  objection?: string;
  /** The tool's name for a command in the background. */
  task?: string;
}

/** How much of an agent rests: nothing, itself while its subagents may work, all. */
const AT_WORK = 0;
const AWAITING = 1;
const AT_REST = 2;
type Rest = typeof AT_WORK | typeof AWAITING | typeof AT_REST;

/** What of the link this needs. */
export type CallsLink = Pick<AgentLink, "openCall" | "holdCall" | "goOnCall" | "closeCall">;

/**
 * Tells the core of the tool calls by which the agent and its subagents can change files. However a turn ends, its calls
 * are closed by then. A command in the background is of doubtful reach from the moment it is left alone until it is known
 * to have ended: by the tool's notice of it, because the agent stopped it, or because the list at the end of a turn is
 * without it.
 */
export class Calls {
  readonly #link: CallsLink;
  readonly #open = new Map<string, Open>();
  #rest: Rest = AT_WORK;

  constructor(link: CallsLink) {
    this.#link = link;
  }

  /** A hook tells that a call is about to run. Resolves, once it may, with what stands against it. */
  async begin(hook: Hook): Promise<Objection | undefined> {
    const id = text(hook.body.tool_use_id);
    const call = id === undefined ? undefined : callOf(hook, id);
    if (!call) return undefined;
    const open: Open = { id: call.id, subagent: hook.subagent, about: about(hook), held: false };
    this.#open.set(open.id, open);
    const objection = await this.#link.openCall(call);
    if (objection?.decision === "deny") this.#open.delete(open.id);
    // It is held since then: this very objection opens the tool's dialog.
    else if (objection) Object.assign(open, { objection: objection.reason, held: true });
    return objection;
  }

  /** A hook tells, perhaps, that calls are over. */
  async over(hook: Hook): Promise<void> {
    const call = text(hook.body.tool_use_id);
    switch (hook.name) {
      case "PostToolUse":
        return this.#done(hook, call);
      case "PostToolUseFailure":
      case "PermissionDenied":
        return this.#close(call);
      case "PostToolBatch":
      case "StopFailure":
        return this.#closeTurn(hook);
      case "UserPromptSubmit":
        return this.#noticed(text(hook.body.prompt) ?? "");
      case "Stop":
        await this.#closeTurn(hook);
        return hook.subagent === undefined ? this.#listed(hook.body.background_tasks) : undefined;
      case "SessionEnd":
        // Of a conversation that is cleared; what runs in the background goes on.
        return this.#closeAll(({ task }) => task === undefined);
      default:
    }
  }

  /** The tool's process has ended. */
  end(): Promise<void> {
    return this.#closeAll(() => true);
  }

  /** What the workspace has against the call that a hook asks a permission for. */
  objection(hook: Hook): string | undefined {
    const all = [...this.#open.values()].filter((open) => open.about === about(hook));
    return all.find(({ objection }) => objection !== undefined)?.objection;
  }

  /** Follows what is believed: a call whose dialog is open is held, and a turn that is over has none. */
  async follow({ phase, awaits, dialogs }: Pick<Belief, "phase" | "awaits" | "dialogs">): Promise<void> {
    // While the agent rests its subagents may still work, or commands in the background.
    const before = this.#rest;
    this.#rest = phase !== "idle" ? AT_WORK : awaits ? AWAITING : AT_REST;
    for (const { call, tool } of dialogs) {
      // Of a dialog that only the screen or the session file tells of it is not known whose it is.
      if (call !== undefined) await this.#hold(this.#open.get(call));
      else if (tool === "") for (const open of this.#open.values()) await this.#hold(open);
    }
    const over = ({ task, subagent }: Open): boolean =>
      task === undefined && (subagent === undefined || this.#rest === AT_REST);
    if (this.#rest > before) await this.#closeAll(over);
  }

  /** Lets a held call go on, for the person's answer is about to be given. It is held again when that fails. */
  async goOn(call: string | undefined, give: () => Promise<void>): Promise<void> {
    const open = call === undefined ? undefined : this.#open.get(call);
    if (!open) return give();
    Object.assign(open, { held: false, answered: true });
    await this.#link.goOnCall(open.id);
    try {
      await give();
    } catch (error) {
      open.answered = false;
      if (this.#open.has(open.id)) await this.#hold(open);
      throw error;
    }
  }

  async #done(hook: Hook, call: string | undefined): Promise<void> {
    const { backgroundTaskId, task_id: stopped } = objectOf(hook.body.tool_response);
    if (hook.body.tool_name === "TaskStop" || hook.body.tool_name === "KillShell") await this.#ended(text(stopped));
    const task = text(backgroundTaskId);
    if (task !== undefined) await this.#leave(task, hook);
    // A call that was begun before a restart of the server is not known here, but to the core it may be.
    if (callOf(hook, call ?? "")) await this.#close(call, hook);
  }

  /** A command goes on in the background. Opened before the call is closed: nothing is between them. */
  async #leave(task: string, hook?: Hook): Promise<void> {
    const id = `background ${task}`;
    if (this.#open.has(id)) return;
    this.#open.set(id, { id, task, subagent: hook?.subagent, about: "", held: false });
    await this.#link.openCall({ id, doubtful: true });
  }

  /** The tool tells the model, as if it were a prompt, of each task in the background that ended. */
  async #noticed(prompt: string): Promise<void> {
    for (const [, notice = ""] of prompt.matchAll(/<task-notification>([\s\S]*?)<\/task-notification>/g)) {
      const status = /<status>(\w+)<\/status>/.exec(notice)?.[1];
      if (status !== "running") await this.#ended(/<task-id>([^<]+)<\/task-id>/.exec(notice)?.[1]);
    }
  }

  /** At the end of a turn the tool lists what goes on in the background. */
  async #listed(tasks: unknown): Promise<void> {
    if (!Array.isArray(tasks)) return;
    const running = tasks
      .map(objectOf)
      .filter(({ type, status }) => type === "shell" && (status === undefined || status === "running"))
      .flatMap(({ id }) => text(id) ?? []);
    // One begun before a restart of the server is not known here.
    for (const task of running) await this.#leave(task);
    await this.#closeAll(({ task }) => task !== undefined && !running.includes(task));
  }

  async #closeTurn({ subagent }: Hook): Promise<void> {
    await this.#closeAll((one) => one.task === undefined && one.subagent === subagent);
  }

  async #ended(task: string | undefined): Promise<void> {
    if (task !== undefined) await this.#closeAll((one) => one.task === task);
  }

  async #hold(open: Open | undefined): Promise<void> {
    if (!open || open.held || open.answered === true || open.task !== undefined) return;
    open.held = true;
    await this.#link.holdCall(open.id);
  }

  async #closeAll(over: (open: Open) => boolean): Promise<void> {
    for (const open of [...this.#open.values()]) if (over(open)) await this.#close(open.id);
  }

  async #close(call: string | undefined, hook?: Hook): Promise<void> {
    if (call === undefined || (!this.#open.delete(call) && !hook)) return;
    await this.#link.closeCall(call, hook ? editsOf(hook) : []);
  }
}

function about(hook: Hook): string {
  return JSON.stringify([hook.body.tool_name, hook.body.tool_input, hook.subagent]);
}

/** What a call can touch; undefined when that is nothing. */
function callOf(hook: Hook, id: string): ToolCall | undefined {
  const tool = text(hook.body.tool_name) ?? "";
  if (HARMLESS.has(tool) || OWN.test(tool)) return undefined;
  const input = objectOf(hook.body.tool_input);
  const cwd = text(hook.body.cwd);
  const where = cwd === undefined ? { id } : { id, cwd };
  if (/^(Edit|MultiEdit|Write|NotebookEdit)$/.test(tool)) {
    const path = text(input.file_path) ?? text(input.notebook_path);
    return path === undefined ? where : { ...where, paths: [resolve(cwd ?? "/", path)] };
  }
  const command = tool === "Bash" || tool === "PowerShell" ? text(input.command) : undefined;
  return command === undefined ? where : { ...where, command };
}
