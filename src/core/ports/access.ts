/** Credentials, as far as the core hands them out. The server checks them. */
export interface Access {
  /** A link that logs one browser in, once, within `expires_in_s` seconds. */
  link(): { url: string; login: string; expires_in_s: number };
  /** The bearer token of an agent: the same for as long as the home exists; worthless once the agent is gone from the view. */
  agentToken(workspace: string, agent: string): string;
}
