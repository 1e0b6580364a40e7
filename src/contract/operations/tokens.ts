import { z } from "zod";
import { AgentName } from "../agent.ts";
import { operation } from "../operation.ts";

/** A token lets an agent that Clustr did not start join one workspace. */
export const tokens = {
  "token.create": operation({
    summary: "Print a token and address with which an agent started elsewhere joins",
    scope: "workspace",
    right: "home.manage",
    http: "POST /tokens",
    command: "token [name]",
    input: z.object({ name: AgentName.optional().describe("Name the agent will have; otherwise it chooses one") }),
    output: z.object({ token: z.string(), url: z.string() }),
  }),
};
