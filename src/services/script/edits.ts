import { resolve } from "node:path";
import type { Edit, ToolCall } from "../../core/ports/service.ts";
import { replaced } from "../edits.ts";
import { objectOf } from "../json.ts";

/** Characters of the id of a call; the program makes UUIDs. */
const ID = 100;

/** A call as the program tells of it, checked: it runs with the agent's token, like anything the agent starts. */
export function callOf(body: unknown, cwd: string): ToolCall {
  const { id, command, left } = objectOf(body);
  const call = { id: idOf(id), cwd };
  if (typeof command === "string") return { ...call, command };
  const { path } = objectOf(left);
  return typeof path === "string" ? { ...call, paths: [resolve(cwd, path)] } : call;
}

/** The id of a call in any of the program's words about it. */
export function idOf(id: unknown): string {
  return String(id).slice(0, ID);
}

/** What a step must have left behind; nothing for one that failed, or that ran a command. */
export function editsOf(body: unknown, cwd: string): Edit[] {
  const { path, write, append, replace, by } = objectOf(objectOf(body).left);
  if (typeof path !== "string") return [];
  const at = resolve(cwd, path);
  if (typeof write === "string") return [{ path: at, result: () => ({ bytes: Buffer.from(write) }) }];
  if (typeof append === "string") return [{ path: at, result: (before) => appended(before, append) }];
  if (typeof replace !== "string" || typeof by !== "string") return [];
  return [{ path: at, result: (before) => edited(before, replace, by) }];
}

function appended(before: Uint8Array | undefined, text: string): ReturnType<Edit["result"]> {
  return { bytes: Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(text)]) };
}

function edited(before: Uint8Array | undefined, was: string, is: string): ReturnType<Edit["result"]> {
  const text = Buffer.from(before ?? []).toString();
  const from = text.indexOf(was);
  if (!before || from < 0 || was === "" || text.includes(was, from + was.length)) return undefined;
  const { text: after, regions } = replaced(text, [{ from, to: from + was.length, by: is }]);
  const whole = Buffer.from(text).equals(before);
  return { bytes: Buffer.from(after), regions: whole ? regions : undefined };
}
