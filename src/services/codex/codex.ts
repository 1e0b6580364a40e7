import { ClustrError } from "../../contract/error.ts";
import type { Service } from "../../core/ports/service.ts";
import { usable } from "../program.ts";
import { detectCodex } from "./detect.ts";
import { policyHook } from "./hook.ts";
import { launchPlan } from "./launch.ts";
import { Refused } from "./rpc.ts";
import { CodexSession } from "./session.ts";

/**
 * OpenAI's Codex. Each agent gets an app-server of its own (never the shared daemon, whose environment is that of whoever
 * started it first); the real TUI in the agent's terminal and Clustr are two clients of it. What this folder says of Codex was
 * seen with 0.169.0.
 */
export const codex: Service = {
  id: "codex",
  title: "Codex",
  // What Codex sets for the commands its model runs. CODEX_HOME is the person's and stays.
  marks: [
    "CODEX_APPLY_PATCH_PRESERVE_LINE_ENDINGS",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_SESSION_ID",
    "CODEX_THREAD_ID",
    "CODEX_TOOL_CALL_ID",
    "CODEX_VERSION",
  ],
  detect: detectCodex,
  async open(link, signal) {
    const program = usable(await detectCodex(link.env, signal));
    const plan = launchPlan(link, program, await policyHook(link));
    const server = await link.side("app-server", plan.server);
    const session = new CodexSession(link, plan, server, signal);
    try {
      await session.begin();
      return session;
    } catch (error) {
      await session.close();
      if (!(error instanceof Refused)) throw error;
      const what = `Codex refused to start the agent: ${error.message}.`;
      throw new ClustrError(
        "unavailable",
        `${what} No prompt was sent; look at its own configuration, then restart the agent.`,
        {
          cause: error,
        },
      );
    }
  },
};
