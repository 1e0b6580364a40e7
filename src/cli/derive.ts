import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Option, type Command } from "commander";
import type { Client } from "../client/client.ts";
import { ClustrError } from "../contract/error.ts";
import type { Input, Operation, Output } from "../contract/operation.ts";
import { operations, type OperationName, type Operations } from "../contract/operations.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { fieldsOf, flagOf, parseValue, type Field } from "./fields.ts";
import { print, printJson, readStdin, type Io } from "./io.ts";
import { showResult } from "./show/show.ts";
import { styleOf } from "./show/style.ts";

/** An operation's place on the command line, computed from its `command` words. */
export interface Derived {
  name: OperationName;
  operation: Operation;
  /** Command words, e.g. `["context", "set"]`. */
  words: string[];
  /** Fields given by position. `[name]` words may be left out. */
  positionals: Field[];
  flags: Field[];
}

/** Fields that hold a text of any length: `-` means standard input, and a file can be named instead. */
const TEXTS = new Set(["content", "value", "text", "task"]);

/** Where each noun's commands stand in the help, in this order; all others come after them. */
const GROUPS: Record<string, string> = {
  agent: "Agents:",
  attention: "Agents:",
  terminal: "Agents:",
  message: "Working together:",
  context: "Working together:",
  rules: "Working together:",
  policy: "Working together:",
  file: "Working together:",
  change: "Review and take back:",
  snapshot: "Review and take back:",
};

/** How help writes the value of a flag. `--no-FLAG` says no to one that is only yes or no. */
const VALUES: Record<Field["kind"], string> = { boolean: "", integer: " <n>", object: " <json>", string: " <text>" };

/** What the words that only hold other commands are for. */
const PARENTS: Record<string, string> = {
  context: "Read and write the notes that all agents share",
  rules: "Read and change the rules that every agent follows",
  policy: "Allow, ask for or deny what agents do, in the whole workspace",
};

/** Every operation that has a command. */
export function derivedCommands(): Derived[] {
  return Object.entries<Operation>(operations).flatMap(([name, operation]) => {
    if (operation.command === undefined) return [];
    const parts = operation.command.split(" ");
    const fields = fieldsOf(operation);
    const named = parts.filter((part) => /^[<[]/.test(part)).map((part) => part.slice(1, -1));
    const positionals = named.map((key) => {
      const field = fields.find((candidate) => candidate.key === key);
      if (!field) throw new Error(`Command "${operation.command}" names ${key}, which is no field of its input.`);
      return field;
    });
    return [
      {
        name: name as OperationName,
        operation,
        words: parts.filter((part) => /^\w/.test(part)),
        positionals,
        flags: fields.filter((field) => !named.includes(field.key)),
      },
    ];
  });
}

/** A derived command in the program, with what it does in two steps, for commands that do more. */
export interface AddedCommand {
  command: Command;
  /** @throws ClustrError `invalid` naming the argument or flag. */
  input(): Promise<Record<string, unknown>>;
  /** The client that `call` uses, for what has to be known first. */
  client(): Promise<Client>;
  /** Calls the operation with an input. */
  call(input: Record<string, unknown>): Promise<{ client: Client; output: unknown }>;
}

/** Adds a command to the program for every operation that has one. */
export function addDerived(program: Command, io: Io): Map<OperationName, AddedCommand> {
  const inHelpOrder = derivedCommands().toSorted((a, b) => rank(groupOf(a)) - rank(groupOf(b)));
  return new Map(inHelpOrder.map((derived) => [derived.name, addCommand(program, io, derived)]));
}

function addCommand(program: Command, io: Io, derived: Derived): AddedCommand {
  const { name, operation, words, positionals, flags } = derived;
  const parent = words.slice(0, -1).reduce(parentCommand, program);
  const command = withCommon(parent.command(words.at(-1) ?? name).description(operation.summary));
  command.helpGroup(words.length > 1 ? "Commands:" : groupOf(derived));
  for (const field of positionals) {
    const text = TEXTS.has(field.key);
    const optional = text || operation.command?.includes(`[${field.key}]`);
    const label = field.required && !optional ? `<${field.key}>` : `[${field.key}]`;
    command.argument(label, field.description + (text ? ' ("-" reads standard input)' : ""));
    if (text) command.option("--file <path>", `Read the ${field.key} from a file ("-": standard input)`);
  }
  for (const field of flags) {
    const preset = field.preset === undefined ? "" : ` (default: ${field.preset})`;
    const choices = field.choices ? ` [${field.choices.join("|")}]` : "";
    command.option(flagOf(field.key) + VALUES[field.kind], field.description + choices + preset);
    if (field.kind === "boolean") command.addOption(new Option(flagOf(`no-${field.key}`)).hideHelp());
    if (TEXTS.has(field.key))
      command.option(`${flagOf(field.key)}-file <path>`, `Read the ${field.key} from a file ("-": standard input)`);
  }
  let client: Promise<Client> | undefined;
  const connected = async (): Promise<Client> => {
    const connection = await connect(io, commonOf(command).workspace);
    return operation.scope === "workspace" ? connection.workspace() : connection.home;
  };
  const added: AddedCommand = {
    command,
    input: () => inputOf(derived, command, io),
    client: () => (client ??= connected()),
    call: async (input) => {
      const client = await added.client();
      return {
        client,
        output: await client.call(name, input as Input<Operations[typeof name]>, { signal: io.signal }),
      };
    },
  };
  command.action(async () => {
    const { output } = await added.call(await added.input());
    if (commonOf(command).json) printJson(io, output);
    else print(io, showResult(name, output as Output<Operations[typeof name]>, styleOf(io)));
  });
  return added;
}

function groupOf({ name }: Derived): string {
  return GROUPS[name.split(".")[0] ?? ""] ?? "Server:";
}

function rank(group: string): number {
  const at = Object.values(GROUPS).indexOf(group);
  return at < 0 ? Infinity : at;
}

function parentCommand(program: Command, word: string): Command {
  const existing = program.commands.find((command) => command.name() === word);
  if (existing) return existing;
  return program
    .command(word)
    .description(PARENTS[word] ?? word)
    .helpGroup("Working together:");
}

/**
 * The operation's input as given on the command line, checked against the contract so that mistakes are named before
 * anything is sent. Only what was given is in it: defaults are the server's.
 *
 * @throws ClustrError `invalid` naming the argument or flag.
 */
export async function inputOf(derived: Derived, command: Command, io: Io): Promise<Record<string, unknown>> {
  const options = command.opts<Record<string, string | boolean | undefined>>();
  const input: Record<string, unknown> = {};
  for (const [index, field] of derived.positionals.entries()) {
    const given = command.args[index];
    const text = TEXTS.has(field.key) ? await textOf(field, given, options["file"], io) : given;
    if (text !== undefined) input[field.key] = parseValue(field, text, labelOf(derived, field.key));
  }
  for (const field of derived.flags) {
    const attribute = field.key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const given = options[attribute];
    if (typeof given === "boolean") input[field.key] = given;
    else {
      const text = TEXTS.has(field.key) ? await textOf(field, given, options[`${attribute}File`], io) : given;
      if (text !== undefined) input[field.key] = parseValue(field, text, labelOf(derived, field.key));
    }
  }
  const missing = [...derived.positionals, ...derived.flags].find(
    (field) => field.required && input[field.key] === undefined,
  );
  if (missing)
    throw new ClustrError(
      "invalid",
      `Missing ${labelOf(derived, missing.key)}${missing.description ? ` (${missing.description})` : ""}. See "${["clustr", ...derived.words, "--help"].join(" ")}".`,
    );
  const checked = derived.operation.input.safeParse(input);
  const issue = checked.error?.issues[0];
  if (issue) throw new ClustrError("invalid", `${labelOf(derived, String(issue.path[0]))}: ${issue.message}`);
  return input;
}

/** A text given directly, from standard input or from a file, but not from two places at once. */
async function textOf(
  field: Field,
  given: string | undefined,
  file: string | boolean | undefined,
  io: Io,
): Promise<string | undefined> {
  if (typeof file !== "string") return given === "-" ? readStdin(io) : given;
  if (given !== undefined)
    throw new ClustrError("invalid", `The ${field.key} is given twice: directly and as a file. Leave one out.`);
  if (file === "-") return readStdin(io);
  try {
    return await readFile(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new ClustrError(
      "invalid",
      `The file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"}); nothing was sent.`,
      { cause },
    );
  }
}

function labelOf({ positionals }: Derived, key: string): string {
  return positionals.some((field) => field.key === key) ? key.toUpperCase() : flagOf(key);
}
