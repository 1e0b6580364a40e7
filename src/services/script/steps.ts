/**
 * What a script can do, one step each. Texts may hold `{{name}}` or `{{name.field}}`: what an earlier step kept under
 * `as`, or `me`, or `message` inside `on_message`. Every step may carry a `note`, shown as what the agent is doing.
 */
export type Step = { note?: string } & (
  | { say: string }
  /** Calls a tool of Clustr, e.g. `send_message`. A refusal fails the script. */
  | { call: string; with?: Record<string, unknown>; as?: string }
  /** Creates or replaces a file, adds to its end, or replaces the one place where `replace` stands in it. */
  | { write: string; text: string }
  | { append: string; text: string }
  | { edit: string; replace: string; by: string }
  /** Runs a shell command in the agent's folder. Anything but exit code 0 fails the script unless `may_fail`. Keeps `{code, output}`. */
  | { run: string; as?: string; may_fail?: boolean; timeout?: number }
  /** Waits for a message; those that came earlier and no step took count. Keeps the message. `timeout` in seconds. */
  | { wait: Match; as?: string; timeout?: number }
  | { sleep: number }
  | { repeat: number; steps: Step[] }
  /** Asks the person, as an attention item; options are suggestions. Keeps the option or text they answer. */
  | { ask: string; options?: string[]; as?: string }
  /** Ends the script as failed; the agent stays reachable. */
  | { fail: string }
  /** Ends the agent's process. */
  | { exit: number }
);

/** Which messages are meant: all of what is given must hold. */
export interface Match {
  from?: string;
  /** Text the content must hold, whatever its case. */
  containing?: string;
}

/** What to do on a message once the steps are over. The first rule that matches counts. */
export interface Rule extends Match {
  steps: Step[];
}

/** What the agent does first, and then on messages. */
export interface Script {
  steps: Step[];
  on_message: Rule[];
}

/** Why a script cannot be used: where, and what is wrong there. */
export class ScriptError extends Error {}

type Kind = "string" | "number" | "boolean" | "object" | "steps" | "match" | "texts";

/** Per verb: what its own value is, and which further fields it takes (`?` = may be missing). */
const VERBS: Record<string, { value: Kind; fields: Record<string, `${Kind}${"?" | ""}`> }> = {
  say: { value: "string", fields: {} },
  call: { value: "string", fields: { with: "object?", as: "string?" } },
  write: { value: "string", fields: { text: "string" } },
  append: { value: "string", fields: { text: "string" } },
  edit: { value: "string", fields: { replace: "string", by: "string" } },
  run: { value: "string", fields: { as: "string?", may_fail: "boolean?", timeout: "number?" } },
  wait: { value: "match", fields: { as: "string?", timeout: "number?" } },
  sleep: { value: "number", fields: {} },
  repeat: { value: "number", fields: { steps: "steps" } },
  ask: { value: "string", fields: { options: "texts?", as: "string?" } },
  fail: { value: "string", fields: {} },
  exit: { value: "number", fields: {} },
};

/** The verb of a step that was checked. */
export function verbOf(step: Step): string {
  return Object.keys(step).find((key) => key in VERBS) ?? "";
}

/**
 * Reads a script: a JSON object `{steps, on_message?}`, a JSON array of steps, or one step per line (JSONL).
 * @throws ScriptError naming the first step that is wrong.
 */
export function parseScript(text: string): Script {
  const value = readJson(text.trim());
  if (Array.isArray(value)) return { steps: readSteps(value, "step"), on_message: [] };
  const script = readObject(value, "The script");
  onlyKeys(script, ["steps", "on_message"], "The script");
  const rules = script["on_message"] ?? [];
  if (!Array.isArray(rules)) throw new ScriptError('"on_message" must be a list of rules {from?, containing?, steps}.');
  return {
    steps: readSteps(script["steps"] ?? [], "step"),
    on_message: rules.map((rule, index) => readRule(rule, `on_message ${index + 1}`)),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (whole) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2 || !lines.every((line) => line.trim().startsWith("{")))
      throw new ScriptError(`It is not JSON: ${(whole as Error).message}`);
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        throw new ScriptError(`Line ${index + 1} is not JSON: ${(error as Error).message}`);
      }
    });
  }
}

function readRule(value: unknown, where: string): Rule {
  const { steps, ...match } = readObject(value, where);
  return { ...readMatch(match, where), steps: readSteps(steps, `${where}, step`) };
}

function readSteps(value: unknown, where: string): Step[] {
  if (!Array.isArray(value)) throw new ScriptError(`${where}s must be a list.`);
  return value.map((step, index) => readStep(step, `${where} ${index + 1}`));
}

function readStep(value: unknown, where: string): Step {
  const step = readObject(value, where);
  const verbs = Object.keys(step).filter((key) => key in VERBS);
  const [verb] = verbs;
  const shape = verb === undefined ? undefined : VERBS[verb];
  if (verb === undefined || !shape || verbs.length > 1) {
    throw new ScriptError(
      `${where} must have exactly one of ${Object.keys(VERBS).join(", ")}; it has ${Object.keys(step).join(", ") || "nothing"}.`,
    );
  }
  onlyKeys(step, [verb, "note", ...Object.keys(shape.fields)], `${where} (${verb})`);
  checkKind(step[verb], shape.value, `${where}: "${verb}"`);
  for (const [field, kind] of [...Object.entries(shape.fields), ["note", "string?"] as const]) {
    const optional = kind.endsWith("?");
    if (step[field] === undefined && optional) continue;
    checkKind(step[field], (optional ? kind.slice(0, -1) : kind) as Kind, `${where} (${verb}): "${field}"`);
  }
  return step as unknown as Step;
}

function checkKind(value: unknown, kind: Kind, where: string): void {
  if (kind === "steps") readSteps(value, `${where} step`);
  else if (kind === "match") readMatch(readObject(value, where), where);
  else if (kind === "object") readObject(value, where);
  else if (kind === "texts") readTexts(value, where);
  else if (typeof value !== kind) throw new ScriptError(`${where} must be a ${kind}.`);
  else if (kind === "number" && !(Number(value) >= 0)) throw new ScriptError(`${where} must not be negative.`);
}

function readTexts(value: unknown, where: string): void {
  if (!Array.isArray(value) || !value.every((text) => typeof text === "string"))
    throw new ScriptError(`${where} must be a list of texts.`);
}

function readMatch(value: Record<string, unknown>, where: string): Match {
  onlyKeys(value, ["from", "containing"], where);
  for (const key of ["from", "containing"])
    if (value[key] !== undefined) checkKind(value[key], "string", `${where}: "${key}"`);
  return value;
}

function readObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ScriptError(`${where} must be an object.`);
  return value as Record<string, unknown>;
}

function onlyKeys(value: Record<string, unknown>, allowed: string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined)
    throw new ScriptError(`${where} has "${unknown}", which it does not take; it takes ${allowed.join(", ")}.`);
}
