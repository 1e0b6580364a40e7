import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ClustrError } from "../contract/error.ts";
import type { Io } from "./io.ts";

/** How to reach a server, and as whom: the token decides. */
export interface Access {
  url: string;
  token: string;
  /** Process of the server; known only to the person's own command line. */
  pid?: number;
  /** Set when acting as an agent: its workspace and name. */
  workspace?: string;
  agent?: string;
}

/** The folder that holds all of Clustr's data: `CLUSTR_HOME`, else `~/.clustr`. */
export function homeOf(io: Io): string {
  return io.env["CLUSTR_HOME"] || join(io.env["HOME"] || homedir(), ".clustr");
}

/**
 * Finds the server. Inside an agent (`CLUSTR_AGENT` names its run file) that is the agent's own access and never the
 * person's: when the file cannot be used this fails instead of falling back to more rights.
 *
 * @throws ClustrError `unavailable` when no server was ever started, `unauthenticated` when an agent's file is unusable.
 */
export async function findAccess(io: Io): Promise<Access> {
  const agentFile = io.env["CLUSTR_AGENT"];
  if (agentFile) {
    const access = await readAccess(agentFile);
    if (access) return access;
    throw new ClustrError(
      "unauthenticated",
      "CLUSTR_AGENT names a file that cannot be read, so this agent's run is over or its file was removed; nothing was done. Use the clustr tools instead, or ask the person.",
    );
  }
  const access = await readAccess(join(homeOf(io), "server.json"));
  if (access) return access;
  throw new ClustrError(
    "unavailable",
    'No Clustr server is running; nothing was done. Start one with "clustr" in the project folder, then try again.',
  );
}

/** Where the person's server is by now, for what outlives a restart of it; undefined inside an agent or while none runs. */
export function findAgain(io: Io): { base: string; token: string } | undefined {
  if (io.env["CLUSTR_AGENT"]) return undefined;
  try {
    const access = parseAccess(readFileSync(join(homeOf(io), "server.json"), "utf8"));
    return access && { base: access.url, token: access.token };
  } catch {
    return undefined;
  }
}

/** What a server or run file says, or undefined when it is missing, cut off or not one. */
export async function readAccess(path: string): Promise<Access | undefined> {
  try {
    return parseAccess(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** @throws SyntaxError when it is not JSON. */
function parseAccess(text: string): Access | undefined {
  const { url, token, pid, workspace, agent } = JSON.parse(text) as Record<string, unknown>;
  if (typeof url !== "string" || typeof token !== "string") return undefined;
  return {
    url,
    token,
    ...(typeof pid === "number" ? { pid } : {}),
    ...(typeof workspace === "string" ? { workspace } : {}),
    ...(typeof agent === "string" ? { agent } : {}),
  };
}
