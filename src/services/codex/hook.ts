import { createHash } from "node:crypto";
import type { AgentLink, HookCall } from "../../core/ports/service.ts";
import { LONGEST, patchedPaths, type HookedCall, type ToolCalls } from "./calls.ts";
import { TOKEN_VARIABLE } from "./launch.ts";
import type { TomlValue } from "./toml.ts";

const NAME = "PreToolUse";
/** Seconds Codex waits for the hook; then it goes on as if there were none. */
const TIMEOUT_S = 30;

/**
 * The one hook Codex is given: before each tool call it asks us whether a policy denies it, whatever the autonomy, and
 * what the workspace has against it. Codex runs only hooks the person trusts, by their hash; ours is trusted for the
 * agent's server alone, and only in this form. Should another version count the hash otherwise (this is 0.169), the hook
 * does not run, policies hold where Codex asks, and calls are known only once they have begun.
 */
export async function policyHook(link: AgentLink): Promise<TomlValue> {
  const script = await link.file("pre-tool-use.mjs", scriptFor(`${link.door}/hooks/${NAME}`));
  const command = [link.node, script].map(shellWord).join(" ");
  const trusted = createHash("sha256")
    .update(
      JSON.stringify({
        event_name: "pre_tool_use",
        hooks: [{ async: false, command, timeout: TIMEOUT_S, type: "command" }],
      }),
    )
    .digest("hex");
  return {
    [NAME]: [{ hooks: [{ type: "command", command, timeout: TIMEOUT_S }] }],
    state: { "/<session-flags>/config.toml:pre_tool_use:0:0": { trusted_hash: `sha256:${trusted}` } },
  };
}

/**
 * Answers the hook: refuses what a policy denies or the workspace has something against, and says nothing of the rest. A
 * hook of Codex cannot have the person asked, and so a call they would have to be asked about is refused too.
 */
export async function answerHook(link: AgentLink, calls: ToolCalls, { name, body }: HookCall): Promise<unknown> {
  if (name !== NAME) return {};
  const { tool_name = "", tool_input = {}, ...where } = (body ?? {}) as Partial<HookedCall>;
  const call: HookedCall = { tool_name, tool_input, ...where };
  const denied = subjectsOf(call, link.agent.cwd).find(([tool, subject]) => link.policy(tool, subject) === "deny");
  if (denied) return refusal("refused by a workspace policy; do not try to reach the same in another way");
  const objection = await calls.begin(call);
  if (!objection) return {};
  return refusal(objection.decision === "deny" ? objection.reason : `${objection.reason} ${ASK_FIRST}`);
}

const ASK_FIRST =
  "Codex cannot wait for that in the middle of a call, so nothing was run. Ask the person with send_message to human; " +
  "once a policy of the workspace allows it, run it again. Do not try to reach the same in another way.";

function refusal(permissionDecisionReason: string): object {
  return { hookSpecificOutput: { hookEventName: NAME, permissionDecision: "deny", permissionDecisionReason } };
}

/** A tool call in the words of policies: tool and subject; an edit is one for each path. */
function subjectsOf(call: HookedCall, folder: string): [tool: string, subject: string][] {
  const { tool_name: tool, tool_input: input, cwd = folder } = call;
  if (tool !== "Bash" && tool !== "apply_patch") return [[tool, JSON.stringify(input)]];
  const command = typeof input.command === "string" ? input.command : "";
  // Patches come as commands too.
  const edits = patchedPaths(command, cwd).map((path): [string, string] => ["apply_patch", path]);
  return tool === "Bash" ? [["shell", command], ...edits] : edits;
}

/** A program of its own: started by Codex for each tool call, so it loads nothing it can do without. */
function scriptFor(url: string): string {
  return `import { request } from "node:http";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { tool_name, tool_input, tool_use_id, cwd } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const cut = (text) =>
  text.length <= ${LONGEST} ? text : text.slice(0, ${LONGEST / 2}) + "\\n" + text.slice(-${LONGEST / 2});
const command = tool_input?.command;
const input = typeof command === "string" ? { command: cut(command) } : tool_input;
const body = JSON.stringify({ tool_name, tool_input: input, tool_use_id, cwd });
const authorization = "Bearer " + process.env.${TOKEN_VARIABLE};
const call = request(${JSON.stringify(url)}, {
  method: "POST",
  headers: { authorization, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
  timeout: ${(TIMEOUT_S - 5) * 1000},
});
call.on("response", (answer) => answer.statusCode === 200 && answer.pipe(process.stdout));
call.on("timeout", () => call.destroy());
call.on("error", () => {});
call.end(body);
`;
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
