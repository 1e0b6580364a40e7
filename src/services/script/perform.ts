import { setTimeout as sleep } from "node:timers/promises";
import type { Autonomy } from "../../contract/agent.ts";
import { runCommand } from "./command.ts";
import type { Door } from "./door.ts";
import type { Folder } from "./folder.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Person } from "./person.ts";
import type { Show } from "./show.ts";
import { verbOf, type Step } from "./steps.ts";
import { asText, fillIn, fillText, type Values } from "./values.ts";

const COMMAND_S = 600;
const MESSAGE_S = 300;

/** What steps act on. */
export interface World {
  cwd: string;
  autonomy: Autonomy;
  door: Door;
  folder: Folder;
  mailbox: Mailbox;
  person: Person;
  show: Show;
  /** Tells Clustr something about this agent; resolves once it is recorded. */
  tell(signal: Record<string, unknown>): Promise<void>;
  /** Aborts when the agent is to leave. */
  signal: AbortSignal;
}

/** A script that could not go on, and at which step. */
export class StepFailure extends Error {}
/** The script asked for the process to end. */
export class Leave extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Performs steps in order. `values` holds what steps keep, and is added to. @throws StepFailure, Leave */
export async function perform(steps: Step[], world: World, values: Values, where = "step"): Promise<void> {
  for (const [index, step] of steps.entries()) {
    const place = `${where} ${index + 1}`;
    try {
      await performOne(step, world, values, place);
    } catch (error) {
      if (error instanceof StepFailure || error instanceof Leave || world.signal.aborted) throw error;
      throw new StepFailure(`${place} (${verbOf(step)}): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function performOne(step: Step, world: World, values: Values, place: string): Promise<void> {
  const { show, door, folder, signal } = world;
  const fill = (text: string): string => fillText(text, values);
  const keep = (name: string | undefined, value: unknown): void => {
    if (name !== undefined) values.set(name, value);
  };
  signal.throwIfAborted();
  const began = (what: string): Promise<void> => {
    show.step(verbOf(step), what);
    return world.tell({
      type: "working",
      activity: step.note ?? `${verbOf(step)} ${what}`.split("\n")[0]?.slice(0, 120),
    });
  };

  if ("say" in step) return show.said(fill(step.say));
  if ("call" in step) {
    const args = fillIn(step.with ?? {}, values) as Record<string, unknown>;
    await began(`${step.call} ${step.with ? JSON.stringify(args) : ""}`);
    const result = await door.call(step.call, args);
    show.result(asText(result));
    return keep(step.as, result);
  }
  if ("write" in step || "append" in step || "edit" in step) {
    const file = fill("write" in step ? step.write : "append" in step ? step.append : step.edit);
    await began(file);
    await permission(world, `Allow the script to change ${file}?`);
    if ("write" in step) return folder.write(file, fill(step.text));
    if ("append" in step) return folder.append(file, fill(step.text));
    return folder.edit(file, fill(step.replace), fill(step.by));
  }
  if ("run" in step) {
    const command = fill(step.run);
    await began(command);
    await permission(world, `Allow the script to run ${command}?`);
    const ran = await runCommand(
      command,
      world.cwd,
      (step.timeout ?? COMMAND_S) * 1000,
      (text) => show.output(text),
      signal,
    );
    signal.throwIfAborted();
    keep(step.as, ran);
    if (ran.code !== 0 && step.may_fail !== true)
      throw new Error(`it ended with exit code ${ran.code}${ran.code === 124 ? " (too slow)" : ""}`);
    return;
  }
  if ("wait" in step) {
    const match = fillIn(step.wait, values) as typeof step.wait;
    await began(
      ["for a message", match.from && `from ${match.from}`, match.containing && `about "${match.containing}"`]
        .filter(Boolean)
        .join(" "),
    );
    const seconds = step.timeout ?? MESSAGE_S;
    const mail = await world.mailbox.take(match, AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]));
    signal.throwIfAborted();
    if (!mail) throw new Error(`no such message came within ${seconds} s`);
    return keep(step.as, mail);
  }
  if ("sleep" in step) {
    await began(`${step.sleep} s`);
    return sleep(step.sleep * 1000, undefined, { signal });
  }
  if ("repeat" in step) {
    for (let round = 1; round <= step.repeat; round++)
      await perform(step.steps, world, values, `${place}, round ${round}, step`);
    return;
  }
  if ("ask" in step) return keep(step.as, await ask(world, "question", fill(step.ask)));
  if ("fail" in step) throw new StepFailure(fill(step.fail));
  throw new Leave(step.exit);
}

/** With autonomy `ask`, whatever changes something needs a "yes" first. */
async function permission(world: World, title: string): Promise<void> {
  if (world.autonomy !== "ask") return;
  const answer = await ask(world, "permission", title.slice(0, 200));
  if (!/^y(es)?$/i.test(answer)) throw new Error("the person said no");
}

/** Holds the agent until a person has typed a line into its terminal. */
async function ask(
  { show, person, tell, signal }: World,
  kind: "question" | "permission",
  title: string,
): Promise<string> {
  const answer = person.answer();
  show.ask(kind === "permission" ? `${title} [y/n]` : title);
  await tell({ type: "attention", item: { kind, title } });
  const line = await Promise.race([answer, aborted(signal)]);
  await tell({ type: "resolved" });
  return line;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
}
