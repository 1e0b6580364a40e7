import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Ids inside a token: without `_`, so that a token has one reading only. */
const ID = /^[A-Za-z0-9.-]{1,128}$/;
const AGENT_TOKEN = /^clustr_([A-Za-z0-9.-]{1,128})_([A-Za-z0-9.-]{1,128})_([0-9a-f]{64})$/;

function sign(secret: Buffer, text: string): Buffer {
  return createHmac("sha256", secret).update(text).digest();
}

/** The bearer token of the person's own command line: the same for as long as the home's secret exists. */
export function personToken(secret: Buffer): string {
  return `clustr_${sign(secret, "person").toString("hex")}`;
}

/** The bearer token of an agent, computed from ids and secret: nothing is stored, so a restart loses none. */
export function agentToken(secret: Buffer, workspace: string, agent: string): string {
  if (!ID.test(workspace) || !ID.test(agent))
    throw new TypeError("Workspace and agent ids are letters, digits, '.' and '-'.");
  return `clustr_${workspace}_${agent}_${sign(secret, `agent\0${workspace}\0${agent}`).toString("hex")}`;
}

/** Whom a bearer token speaks for. */
export type Bearer = { kind: "human" } | { kind: "agent"; workspace: string; agent: string };

/** Whom a bearer token speaks for, or undefined when it is none of ours. Says nothing about whether that agent still exists. */
export function readToken(secret: Buffer, token: string): Bearer | undefined {
  const parts = AGENT_TOKEN.exec(token);
  if (!parts) return same(token, personToken(secret)) ? { kind: "human" } : undefined;
  const [, workspace = "", agent = ""] = parts;
  return same(token, agentToken(secret, workspace, agent)) ? { kind: "agent", workspace, agent } : undefined;
}

/** Tokens that are remembered. */
const KNOWN = 1_000;

/** `readToken` that remembers whose tokens it has seen, by their digests: signing costs more than the rest of the gate. */
export function tokenReader(secret: Buffer): (token: string) => Bearer | undefined {
  const known = new Map<string, Bearer>();
  return (token) => {
    const digest = sha256(token);
    const before = known.get(digest);
    if (before) return before;
    const bearer = readToken(secret, token);
    if (bearer && known.size >= KNOWN) known.clear();
    if (bearer) known.set(digest, bearer);
    return bearer;
  };
}

/** What is kept of a secret that we need to recognise but never to show. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Compares digests, so that neither length nor content shows in the time taken. */
function same(given: string, right: string): boolean {
  return timingSafeEqual(createHash("sha256").update(given).digest(), createHash("sha256").update(right).digest());
}
