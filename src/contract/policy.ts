import { z } from "zod";

/** What becomes of a tool call: it goes on, waits for the person, or is refused. */
export const Decision = z.enum(["allow", "ask", "deny"]);
export type Decision = z.infer<typeof Decision>;

/** What happens when an agent of the workspace wants to use a tool: decided without a person, or by one. */
export const Policy = z.object({
  id: z.string(),
  decision: Decision,
  /** Name of a tool as its service calls it (`Bash`, `Edit`, `shell`, …); `*` stands for any run of characters. */
  tool: z.string().min(1).max(200),
  /** What it must be used on: the command, path or address, with `*` as above. Without one, anything. */
  pattern: z.string().min(1).max(2000).optional(),
});
export type Policy = z.infer<typeof Policy>;

/**
 * The decision of all policies that match, the strictest first: deny, ask, allow. Undefined when none matches: then the
 * agent's autonomy decides.
 */
export function decisionFor(policies: readonly Policy[], tool: string, subject: string): Decision | undefined {
  const matching = policies.filter(
    ({ decision, tool: name, pattern }) =>
      matches(name, tool) &&
      (pattern === undefined || matches(pattern, subject)) &&
      (decision !== "allow" || pattern === undefined || !reachesFurther(pattern, subject)),
  );
  return (["deny", "ask", "allow"] as const).find((decision) =>
    matching.some((policy) => policy.decision === decision),
  );
}

/** What lets a command do more than it begins with, or a path lead elsewhere: chaining, substitution, redirection, `..`. */
const FURTHER = /[;&|<>`$(){}\n\r\\]|(?:^|[/\\\s=:])\.\.(?=$|[/\\])/g;

/**
 * Whether a subject has more of that than the pattern that would allow it: `git *` allows `git status`, yet neither
 * `git status; rm -r x` nor, of a path, `src/*` the file `src/../../x`. The person is then asked as usual.
 */
function reachesFurther(pattern: string, subject: string): boolean {
  return (subject.match(FURTHER)?.length ?? 0) > (pattern.match(FURTHER)?.length ?? 0);
}

/** Whether a text is what a pattern says, from end to end; linear in both, whatever they hold. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
