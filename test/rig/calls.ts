import { readFile } from "node:fs/promises";
import type { Edit, Objection, ToolCall } from "../../src/core/ports/service.ts";

/** One thing a service told of a tool call. */
export type RigCall =
  | { open: ToolCall }
  | { hold: string }
  | { goOn: string }
  | { close: string; edits: readonly Edit[] };

/** The core's part in a test that is about tool calls: notes what it is told. */
export class CallRecord {
  /** What was told of tool calls. */
  readonly calls: RigCall[] = [];
  /** What the workspace has against a call. */
  objection: (call: ToolCall) => Objection | undefined = () => undefined;

  async openCall(call: ToolCall): Promise<Objection | undefined> {
    const objection = this.objection(call);
    if (objection?.decision !== "deny") this.calls.push({ open: call });
    if (objection?.decision === "ask") this.calls.push({ hold: call.id });
    return objection;
  }
  async holdCall(id: string): Promise<void> {
    this.calls.push({ hold: id });
  }
  async goOnCall(id: string): Promise<void> {
    this.calls.push({ goOn: id });
  }
  async closeCall(id: string, edits: readonly Edit[] = []): Promise<void> {
    this.calls.push({ close: id, edits });
  }
}

/** One edit a service told of, beside what really happened on disk between the beginning and the end of its call. */
export interface Checked {
  path: string;
  before: Buffer | undefined;
  after: Buffer | undefined;
  told: ReturnType<Edit["result"]>;
}

/** A run's tool calls, as its service tells of them. */
export interface WatchedCalls {
  readonly checked: Checked[];
  /** Calls that are open, held ones with a mark. */
  open(): string[];
  /** Every word told of calls, in order: `open Bash…`, `hold`, `go on`, `close`. */
  story(): string[];
}

/**
 * Watches what is told of tool calls. Files named by a call are read before it may run; when it is closed each edit's
 * promise is computed from that, as the core does, and kept beside what the file holds.
 */
export function watchCalls(run: CallRecord): WatchedCalls {
  const before = new Map<string, Map<string, Buffer | undefined>>();
  const checked: Checked[] = [];
  const { openCall, closeCall } = run;
  run.openCall = async (call) => {
    const contents = new Map<string, Buffer | undefined>();
    for (const path of call.paths ?? []) contents.set(path, await content(path));
    if (!before.has(call.id)) before.set(call.id, contents);
    return openCall.call(run, call);
  };
  run.closeCall = async (id, edits?) => {
    for (const { path, from, result } of edits ?? []) {
      const was = before.get(id)?.get(from ?? path);
      checked.push({ path, before: was, after: await content(path), told: result(was) });
    }
    before.delete(id);
    return closeCall.call(run, id, edits);
  };
  return {
    checked,
    open() {
      const open = new Map<string, string>();
      for (const call of run.calls) {
        if ("open" in call) open.set(call.open.id, call.open.id);
        else if ("hold" in call) open.set(call.hold, `${call.hold} (held)`);
        else if ("goOn" in call) open.set(call.goOn, call.goOn);
        else open.delete(call.close);
      }
      return [...open.values()];
    },
    story: () =>
      run.calls.map((call) => {
        if ("hold" in call) return "hold";
        if ("goOn" in call) return "go on";
        if ("close" in call) return "close";
        const { command, paths, doubtful } = call.open;
        const what = command ?? paths?.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(" ") ?? "anything";
        return `open ${what}${doubtful ? " (doubtful)" : ""}`;
      }),
  };
}

/** What an edit should have left, in words for a failing test; the same on both sides when it is right. */
export function compare({ told, after, before }: Checked): [told: string, real: string] {
  const shown = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString("latin1") : "no file");
  const real = JSON.stringify({ before: shown(before), after: shown(after) });
  if (told === undefined) return ["untold", real];
  return [JSON.stringify({ before: shown(before), after: told === "gone" ? "no file" : shown(told.bytes) }), real];
}

/** Lines that changed although they are in none of the regions told. */
export function outside({ told, before, after }: Checked): string[] {
  const [was, is] = [linesOf(before), linesOf(after)];
  const regions = told === "gone" ? [] : (told?.regions ?? []);
  const wrong: string[] = [];
  let at = 0;
  let shift = 0;
  for (const { from, to, size } of [...regions, { from: was.length, to: was.length, size: 0 }]) {
    for (; at < from; at++) if (was[at] !== is[at + shift]) wrong.push(`${at}: ${was[at]} became ${is[at + shift]}`);
    at = to;
    shift += size - (to - from);
  }
  return was.length + shift === is.length ? wrong : [...wrong, "the number of lines"];
}

function linesOf(bytes: Buffer | undefined): string[] {
  return bytes?.toString("latin1").match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

async function content(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined);
}
