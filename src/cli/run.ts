import { CommanderError, type Command } from "commander";
import { FAILURES, hasCode, toFailure } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { note } from "./io.ts";
import { buildProgram } from "./program.ts";
import { plain } from "./show/style.ts";

/** What a shell reports for a program ended by Ctrl-C. */
const INTERRUPTED = 130;

/** Runs one command line and resolves with the exit code. A failure is one line on stderr; stdout stays what it was. */
export async function run(args: string[], cli: Cli): Promise<number> {
  const program = buildProgram(cli);
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (cli.io.signal.aborted) return INTERRUPTED;
    if (error instanceof CommanderError) return wrongUse(error, commandIn(program, args), cli);
    const failure = toFailure(error);
    // Unlike a server's caller, the person at the command line may see what went wrong inside.
    const known = hasCode(error);
    const message = known
      ? failure.message
      : `Clustr failed inside: ${error instanceof Error ? error.message : String(error)}`;
    note(cli.io, `clustr: ${oneLine(message)}`);
    if (!known && cli.io.env["CLUSTR_DEBUG"] && error instanceof Error) note(cli.io, error.stack ?? "");
    return FAILURES[failure.code].exit;
  }
}

/** Help and version are no failures; everything else commander finds is wrong use, and said with where to read on. */
function wrongUse(error: CommanderError, command: string, { io }: Cli): number {
  if (error.exitCode === 0) return 0;
  if (error.code !== "commander.help")
    note(io, `clustr: ${oneLine(error.message.replace(/^error: /, ""))}. See "${command} --help".`);
  return FAILURES.invalid.exit;
}

/** The command a line means, as far as its words name one. */
function commandIn(program: Command, args: string[]): string {
  const words = [program.name()];
  let command: Command | undefined = program;
  for (const arg of args) {
    if (arg.startsWith("-")) continue;
    command = command.commands.find((each) => each.name() === arg);
    if (!command) break;
    words.push(arg);
  }
  return words.join(" ");
}

function oneLine(message: string): string {
  return plain(message)
    .trim()
    .replace(/\s*\n\s*/g, " ");
}
