import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { createClient } from "../client/client.ts";
import { routes } from "../client/routes.ts";
import { ClustrError } from "../contract/error.ts";
import { McpBridge } from "./bridge.ts";
import type { Cli } from "./cli.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { stdinOf, type Io } from "./io.ts";

/** A message may have 1 MB, which JSON can make six times as long. */
const LINE_LIMIT = 8_000_000;
/** Calls on their way at once; beyond it reading waits. */
const FLIGHT_LIMIT = 16;
/** After the client has closed its end, answers still under way get this long. */
const LAST_MS = 10_000;

/** `clustr mcp`: the tools of Clustr on standard input and output, for a coding tool started elsewhere. */
export function mcpCommand(program: Command, cli: Cli): void {
  const { io } = cli;
  const command = withCommon(program.command("mcp"))
    .description("Connect an MCP client that speaks only standard input and output; it joins the workspace as an agent")
    .helpGroup("Server:")
    .option("--url <address>", 'Address that "clustr token" printed; CLUSTR_URL unless given')
    .option("--token-file <path>", "File that holds the token; CLUSTR_TOKEN unless given")
    .option("--name <name>", "Without a token: join the workspace of the current folder under this name")
    .addHelpText(
      "after",
      "\nWithout address and token it asks the server of this machine for a token itself.\nA token is never taken as an argument: other users of the machine can read those.",
    )
    .action(async () => {
      const options = command.opts<{ url?: string; tokenFile?: string; name?: string }>();
      const target = await targetOf(io, options, commonOf(command).workspace);
      await bridge(io, target);
    });
}

async function targetOf(
  io: Io,
  { url, tokenFile, name }: { url?: string; tokenFile?: string; name?: string },
  wanted: string | undefined,
): Promise<{ url: string; token: string }> {
  const token = tokenFile === undefined ? io.env["CLUSTR_TOKEN"] : await readToken(resolve(io.cwd, tokenFile));
  const address = url || io.env["CLUSTR_URL"] || undefined;
  if (address && token) return { url: endpointOf(address), token };
  const connection = await connect(io, wanted);
  if (token) return { url: endpointOf(address ?? connection.access.url), token };
  if (connection.access.agent !== undefined)
    return { url: endpointOf(connection.access.url), token: connection.access.token };
  const workspace = await connection.workspace();
  const made = await workspace.call("token.create", name === undefined ? {} : { name }, { signal: io.signal });
  if (name !== undefined) {
    // Under a given name the guest is there at once; without one, its model chooses a name by registering.
    const { base } = connection.home;
    const guest = createClient({ base, token: made.token, routes, workspace: workspace.workspace });
    await guest.call("agent.register", {}, { signal: io.signal });
  }
  return { url: endpointOf(address ?? made.url), token: made.token };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    throw new ClustrError("invalid", `The token file ${path} cannot be read. Make a token with "clustr token".`, {
      cause,
    });
  }
}

/** The MCP endpoint of an address, whether or not it names it already. */
function endpointOf(address: string): string {
  const url = URL.parse(address);
  if (!url || !url.protocol.startsWith("http"))
    throw new ClustrError("invalid", `"${address}" is no address; give the one that "clustr token" printed.`);
  if (url.pathname === "/") url.pathname = "/mcp";
  return url.href;
}

/** Carries lines both ways until standard input ends. */
async function bridge(io: Io, target: { url: string; token: string }): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([io.signal, ending.signal]);
  const carrier = new McpBridge({ ...target, signal, write: (line) => io.stdout.write(`${line}\n`) });
  const flying = new Set<Promise<void>>();
  let first = true;
  for await (const line of lines(io)) {
    const sent = carrier.send(line).finally(() => flying.delete(sent));
    flying.add(sent);
    // The first answer agrees on session and protocol version, which all later requests carry.
    if (first || flying.size >= FLIGHT_LIMIT) await Promise.race(flying);
    first = false;
  }
  const last = setTimeout(() => ending.abort(), LAST_MS);
  await Promise.all(flying);
  clearTimeout(last);
}

async function* lines(io: Io): AsyncIterable<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stdinOf(io)) {
    const parts = (rest + (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }))).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > LINE_LIMIT)
      throw new ClustrError(
        "too_large",
        `A line on standard input is longer than ${LINE_LIMIT} characters; the connection was ended.`,
      );
    for (const line of parts) if (line.trim()) yield line;
  }
  if (rest.trim()) yield rest;
}
