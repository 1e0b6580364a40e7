import type { Command } from "commander";
import { Stream, type StreamOptions } from "../client/stream.ts";
import { ClustrError, fromFailure } from "../contract/error.ts";
import { foldName } from "../contract/name.ts";
import type { Cli } from "./cli.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { note, type Io } from "./io.ts";
import { CLEAR, readKeys, RESTORE } from "./keys.ts";
import { findAgain } from "./server-file.ts";

const GIVE_UP_MS = 30_000;
const BELL = "\u0007";

/** `clustr attach`: an agent's terminal in this one. */
export function attachCommand(program: Command, cli: Cli): void {
  const { io } = cli;
  const command = withCommon(program.command("attach <name>"))
    .description("Show an agent's terminal here and type into it; leave with Ctrl-]")
    .helpGroup("Agents:")
    .action(async (name: string) => {
      const { json, workspace } = commonOf(command);
      if (json || !io.stdin.isTTY || !io.stdout.isTTY || !io.stdin.setRawMode) {
        throw new ClustrError(
          "invalid",
          `attach needs a terminal to show and type in; nothing was done. To read without one, use "clustr screen ${name}".`,
        );
      }
      const { access, workspace: open } = await connect(io, workspace);
      const client = await open();
      const agents = await client.call("agent.list", {}, { signal: io.signal });
      const agent =
        agents.find((candidate) => candidate.name === name) ??
        agents.find((candidate) => foldName(candidate.name) === foldName(name));
      if (!agent)
        throw new ClustrError(
          "not_found",
          `There is no agent "${name}". ${agents.length === 0 ? "No agents yet." : `Known: ${agents.map((known) => known.name).join(", ")}.`}`,
        );
      if (agent.external)
        throw new ClustrError("invalid", `${agent.name} was started outside Clustr, so its terminal is not here.`);
      const left = await show(
        io,
        {
          base: access.url,
          token: access.token,
          find: () => findAgain(io),
          workspace: client.workspace,
          giveUpMs: GIVE_UP_MS,
        },
        agent.name,
      );
      note(
        io,
        left === "detached" ? `Detached; ${agent.name} goes on.` : `The terminal of ${agent.name} has ended (${left}).`,
      );
    });
}

/**
 * Joins this terminal with the agent's until Ctrl-] or the end of the agent's program; a lost server is waited for.
 * Whatever happens, this terminal is given back as it was. Resolves with how it ended.
 */
async function show(io: Io, target: Omit<StreamOptions, "on">, agent: string): Promise<string> {
  const { stdin, stdout } = io;
  const size = (): { cols: number; rows: number } => ({ cols: stdout.columns ?? 80, rows: stdout.rows ?? 24 });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const stream = new Stream({ ...target, on: { end: (error) => error && reject(error) } });
  const channel = stream.attach(
    agent,
    {
      screen: ({ bytes }, drawn) => {
        stdout.write(CLEAR);
        stdout.write(bytes, drawn);
      },
      output: (bytes, drawn) => stdout.write(bytes, drawn),
      exit: (code, signal) => resolve(code === null ? `signal ${signal ?? "unknown"}` : `exit code ${code}`),
      // Too much pasted at once is dropped by the server; that is no reason to leave.
      refused: (failure) => (failure.code === "limited" ? stdout.write(BELL) : reject(fromFailure(failure))),
    },
    size(),
  );
  const onKeys = (bytes: Uint8Array): void => {
    const { send, detach } = readKeys(Buffer.from(bytes).toString("latin1"));
    // The bell says that a key was not taken: the server is away.
    if (send && !channel.write(Buffer.from(send, "latin1"))) stdout.write(BELL);
    if (detach) resolve("detached");
  };
  const onResize = (): void => channel.resize(size().cols, size().rows);
  const onAbort = (): void => reject(io.signal.reason);
  stdin.setRawMode?.(true);
  stdin.on("data", onKeys);
  stdin.resume();
  stdout.on("resize", onResize);
  io.signal.addEventListener("abort", onAbort);
  try {
    return await promise;
  } finally {
    io.signal.removeEventListener("abort", onAbort);
    stdout.off("resize", onResize);
    stdin.off("data", onKeys);
    stdin.pause();
    stream.close();
    stdout.write(`${RESTORE}\u001b[999;1H\r\n`);
    stdin.setRawMode?.(false);
  }
}
