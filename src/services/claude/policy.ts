import type { Decision } from "../../contract/policy.ts";
import { objectOf } from "../json.ts";
import { text, type Hook } from "./hooks.ts";

type Policy = (tool: string, subject: string) => Decision | undefined;

/** Tools with which the agent asks the person something: no policy can answer for them, but one can forbid them. */
const ASKING = new Set(["AskUserQuestion", "ExitPlanMode"]);
/** Commands of one line that are looked at one by one; a line of more is a person's to decide. */
const MOST = 1_000;
/** A subject no pattern reaches: a tool that is allowed for it is allowed for anything. */
const ANYTHING = "\u0000;&|<>`$(){}";

/** What the workspace's policies say of the tool call a hook tells of; undefined: nothing. */
export function policyFor(hook: Hook, policy: Policy): Decision | undefined {
  const tool = text(hook.body.tool_name);
  if (tool === undefined) return undefined;
  const input = objectOf(hook.body.tool_input);
  const command = text(input.command);
  const decision =
    command === undefined
      ? policy(tool, text(input.file_path) ?? text(input.notebook_path) ?? text(input.url) ?? JSON.stringify(input))
      : ofCommand(tool, command, policy);
  return decision === "allow" && ASKING.has(tool) ? undefined : decision;
}

/**
 * A shell line can hold several commands: one that is denied or asked for decides for the whole line, and a line is
 * allowed only when each of its commands is. `npm *` must not let `npm test; rm -rf .` pass.
 */
function ofCommand(tool: string, line: string, policy: Policy): Decision | undefined {
  const { commands, hidden } = commandsOf(line);
  if (commands.length > MOST) return policy(tool, line) === "deny" ? "deny" : "ask";
  const all = [...new Set([line, ...commands])].map((one) => policy(tool, one));
  const strict = (["deny", "ask"] as const).find((decision) => all.includes(decision));
  if (strict !== undefined) return strict;
  if (policy(tool, ANYTHING) === "allow") return "allow";
  return !hidden && commands.every((one) => policy(tool, one) === "allow") ? "allow" : undefined;
}

/** The commands of a shell line. `hidden`: it may run more than can be told from its text (substitutions, redirections). */
export function commandsOf(line: string): { commands: string[]; hidden: boolean } {
  const commands: string[] = [];
  let quote = "";
  let from = 0;
  let hidden = false;
  const cut = (to: number): void => {
    const command = line.slice(from, to).trim();
    if (command !== "") commands.push(command);
  };
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "\\" && quote !== "'") at += 1;
    else if (quote !== "'" && (char === "`" || (char === "$" && /[({[]/.test(line.charAt(at + 1))))) hidden = true;
    else if (quote !== "") quote = char === quote ? "" : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (/[;&|\n]/.test(char)) {
      cut(at);
      from = at + 1;
    } else if (/[<>(){}]/.test(char)) hidden = true;
  }
  cut(line.length);
  return { commands, hidden: hidden || quote !== "" };
}

const REASONS: Record<Decision, string> = {
  allow: "A policy of the Clustr workspace allows this.",
  ask: "A policy of the Clustr workspace wants a person to decide this.",
  deny: "A policy of the Clustr workspace denies this call. Do not try to get around it; go on without it, or say what you would need it for.",
};

/**
 * The answer to a PreToolUse hook that carries a decision out, the policies' unless another reason is given. `ask` opens
 * the tool's own dialog, with the reason in it, in every mode it has.
 */
export function ruling(decision: Decision, reason = REASONS[decision]): object {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: decision,
      permissionDecisionReason: reason,
    },
  };
}
