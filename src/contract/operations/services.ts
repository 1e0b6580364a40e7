import { z } from "zod";
import { operation } from "../operation.ts";

/** What was found of a service's tool on this machine. */
export const FoundService = z.object({
  /** The service's id, as `agent.spawn` takes it. */
  service: z.string(),
  title: z.string(),
  /** Usable as it is. */
  ready: z.boolean(),
  /** Ships with Clustr: always there, needs no account, and is no coding tool. */
  built_in: z.boolean(),
  version: z.string().optional(),
  path: z.string().optional(),
  /** Absent when it cannot be told without asking the tool's maker. */
  logged_in: z.boolean().optional(),
  /** What is wrong or worth knowing, each with what to do; a fatal one makes it not ready. */
  findings: z.array(z.object({ fatal: z.boolean(), problem: z.string(), remedy: z.string() })),
});
export type FoundService = z.infer<typeof FoundService>;

export const services = {
  "service.list": operation({
    summary: "List the services with what was found of each on this machine",
    scope: "home",
    right: "home.read",
    http: "GET /services",
    input: z.object({}),
    output: z.array(FoundService),
  }),
};
