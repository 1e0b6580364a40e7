import { z } from "zod";
import { operation } from "../operation.ts";
import { Limits } from "../workspace.ts";

/** What belongs to the whole server: limits, access, its end. */
export const home = {
  "limits.set": operation({
    summary: "Show or change the limits that stop runaways",
    scope: "home",
    right: "home.manage",
    http: "PUT /limits",
    command: "limits",
    input: Limits.partial(),
    output: Limits,
  }),
  "link.create": operation({
    summary: "Print a one-time link that opens the dashboard",
    scope: "home",
    right: "home.manage",
    http: "POST /link",
    command: "link",
    input: z.object({}),
    output: z.object({ url: z.string(), login: z.string(), expires_in_s: z.int() }),
  }),
  "server.shutdown": operation({
    summary: "End agents, terminal host and server",
    scope: "home",
    right: "home.manage",
    http: "POST /shutdown",
    input: z.object({ keep_agents: z.boolean().default(false).describe("End only the server; agents go on") }),
    output: z.object({ agents_ended: z.int(), survivors: z.array(z.int()) }),
  }),
};
