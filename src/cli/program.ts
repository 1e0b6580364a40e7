import { Command, type Argument } from "commander";
import { addAnswering } from "./answer.ts";
import { attachCommand } from "./attach.ts";
import type { Cli } from "./cli.ts";
import { withCommon } from "./connect.ts";
import { addCounting } from "./diff.ts";
import { demoCommand } from "./demo.ts";
import { addDerived } from "./derive.ts";
import { doctorCommand } from "./doctor.ts";
import { rulesEditCommand } from "./edit.ts";
import { addExporting } from "./export.ts";
import { addFollowing } from "./follow.ts";
import { addImporting } from "./import.ts";
import { addLadders } from "./ladder.ts";
import { logsCommand } from "./logs.ts";
import { mcpCommand } from "./mcp.ts";
import { addResuming } from "./resume.ts";
import { shutdownCommand } from "./shutdown.ts";
import { addWaiting } from "./spawn.ts";
import { startCommand } from "./start.ts";

const AFTER = `
Start with a folder:   clustr ~/project        (a folder named like a command: clustr ./spawn)
Give work:             clustr spawn ada --task "Write tests for the parser"
Talk and look:         clustr send ada "How far are you?"   clustr attach ada
Answer what they ask:  clustr attention   then clustr answer ID allow
Review and take back:  clustr diff ada   clustr rollback ada --dry-run   clustr undo

Data is kept in ~/.clustr, or in the folder CLUSTR_HOME names. An agent that runs clustr acts as that agent.
Exit codes: 0 done, 1 failed, 2 wrong use, 3 not allowed, 4 not found, 5 conflict, 6 a limit, 7 no server or no answer.`;

/** The whole command line. */
export function buildProgram(cli: Cli): Command {
  const { io } = cli;
  const program = withCommon(new Command("clustr"))
    .description("Several coding agents, one project: a local workspace in which they work side by side.")
    .usage("[folder] [options] | <command>")
    .version(cli.version, "--version", "Print the version")
    .helpOption("-h, --help", "Print help")
    .helpCommand("help [command]", "Print help for a command")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Failures are printed once, by `run`, in one form.
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stdout.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({
      subcommandTerm: (command) => [command.name(), command.registeredArguments.map(termOf).join(" ")].join(" ").trim(),
    })
    .addHelpText("after", AFTER);
  // In the order of the help: groups stand where their first command does.
  startCommand(program, cli);
  demoCommand(program, cli);
  doctorCommand(program, cli);
  const derived = addDerived(program, io);
  const spawn = derived.get("agent.spawn");
  const resume = derived.get("agent.resume");
  const answer = derived.get("attention.answer");
  const messages = derived.get("message.list");
  const events = derived.get("event.list");
  const diff = derived.get("change.diff");
  const exporting = derived.get("workspace.export");
  const importing = derived.get("workspace.import");
  const rules = program.commands.find((command) => command.name() === "rules");
  if (!spawn || !resume || !answer || !messages || !events || !diff || !exporting || !importing || !rules)
    throw new Error(
      "The contract lacks spawn, resume, answer, messages, events, diff, export, import or rules, which the command line builds on.",
    );
  addWaiting(spawn, io);
  addResuming(resume, io);
  addAnswering(answer, io);
  addLadders(messages, io);
  addFollowing(events, io);
  addCounting(diff, io);
  addExporting(exporting, io);
  addImporting(importing, cli);
  rulesEditCommand(rules, cli);
  attachCommand(program, cli);
  mcpCommand(program, cli);
  logsCommand(program, cli);
  shutdownCommand(program, cli);
  return program;
}

function termOf(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}
