import type { Decision } from "../../contract/policy.ts";
import { unwrapped } from "./command.ts";
import { isToolApproval } from "./form.ts";
import type { Item, Question } from "./protocol.ts";

/**
 * What the workspace's policies say of something Codex asks for; undefined: nothing, a person decides. Tools are `shell`
 * (on the command), `network` (on the host), `apply_patch` (on each path) and `mcp__server__tool` (on its arguments as
 * JSON). Codex asks only about what its sandbox and approval policy do not settle: the rest never comes here, and with
 * autonomy `full` nothing does. A question to the person is no tool call and is never settled.
 */
export function decisionOn(
  question: Question,
  edit: Item | undefined,
  policy: (tool: string, subject: string) => Decision | undefined,
): Decision | undefined {
  switch (question.method) {
    case "item/commandExecution/requestApproval": {
      const { command, networkApprovalContext, kind } = question.params;
      if (networkApprovalContext) return policy("network", networkApprovalContext.host);
      const decision = command ? policy("shell", unwrapped(command) ?? command) : undefined;
      // What input does depends on the program it goes to: a yes to commands is none to it.
      return kind === "writeStdin" && decision === "allow" ? undefined : decision;
    }
    case "item/fileChange/requestApproval": {
      const paths = edit?.type === "fileChange" ? edit.changes.map(({ path }) => path) : [];
      // A wish for a whole folder is more than the files of this edit.
      if (question.params.grantRoot) paths.push(question.params.grantRoot);
      return paths.length === 0 ? undefined : strictest(paths.map((path) => policy("apply_patch", path)));
    }
    case "mcpServer/elicitation/request": {
      const { serverName, _meta } = question.params;
      if (!isToolApproval(_meta)) return undefined;
      return policy(`mcp__${serverName}__${_meta.tool_name}`, JSON.stringify(_meta.tool_params ?? {}));
    }
    default:
      return undefined;
  }
}

/** One no refuses the whole; a yes must be for every part. */
function strictest(decisions: (Decision | undefined)[]): Decision | undefined {
  if (decisions.includes("deny")) return "deny";
  if (decisions.includes("ask")) return "ask";
  return decisions.every((decision) => decision === "allow") ? "allow" : undefined;
}
