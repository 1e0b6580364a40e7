import type { Client } from "../../src/client/client.ts";

/** What a server is asked about a home: the one that wrote it, when it was kept, and every later one. */
export const sayings: Record<string, (client: Client) => Promise<unknown>> = {
  agents: (client) => client.call("agent.list", {}),
  messages: (client) => client.call("message.list", { limit: 500 }),
  context: (client) => client.call("context.list", {}),
  history: (client) => client.call("context.history", { key: "plan" }),
  rules: (client) => client.call("rules.read", {}),
  revisions: (client) => client.call("rules.history", {}),
  policies: (client) => client.call("policy.list", {}),
  handled: (client) => client.call("attention.handled", {}),
  settings: (client) => client.call("settings.set", {}),
  events: async (client) => (await client.call("event.search", { limit: 500 })).events,
  limits: (client) => client.call("limits.set", {}),
  preferences: (client) => client.call("preferences.get", {}),
};
