import { setTimeout as sleep } from "node:timers/promises";
import { inCall, type Left } from "./calls.ts";
import { runCommand } from "./command.ts";
import { ask, permission } from "./consent.ts";
import { verbOf, type Step } from "./steps.ts";
import type { World } from "./world.ts";
import { asText, fillIn, fillText, type Values } from "./values.ts";

const COMMAND_S = 600;
const MESSAGE_S = 300;

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
    const deed = { tool: "call", subject: step.call, detail: JSON.stringify(args, undefined, 2), harmless: true };
    await permission(world, deed);
    // A call that is under way when the turn stops may still have its effect, as with any tool.
    const result = await unlessAborted(door.call(step.call, args), signal);
    show.result(asText(result));
    return keep(step.as, result);
  }
  if ("write" in step || "append" in step || "edit" in step) {
    const file = fill("write" in step ? step.write : "append" in step ? step.append : step.edit);
    await began(file);
    const [was, now] = "edit" in step ? [fill(step.replace), fill(step.by)] : ["", fill(step.text)];
    const detail = "edit" in step ? `${marked("-", was)}\n${marked("+", now)}` : marked("+", now);
    // Policies and the person go by the file it is, however the script writes it.
    const subject = await folder.nameOf(file);
    await permission(world, { tool: verbOf(step), subject, detail: `${subject}\n${detail}` });
    const path = subject;
    const left: Left =
      "write" in step
        ? { path, write: now }
        : "append" in step
          ? { path, append: now }
          : { path, replace: was, by: now };
    return inCall(world, { left }, () => {
      if ("write" in step) return folder.write(file, now);
      if ("append" in step) return folder.append(file, now);
      return folder.edit(file, was, now);
    });
  }
  if ("run" in step) {
    const command = fill(step.run);
    await began(command);
    await permission(world, { tool: "run", subject: command, detail: command });
    const timeoutMs = (step.timeout ?? COMMAND_S) * 1000;
    const ran = await inCall(world, { command }, () =>
      runCommand(command, world.cwd, timeoutMs, (text) => show.output(text), signal),
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
  if ("ask" in step) {
    const options = (step.options ?? []).map(fill);
    const title = fill(step.ask);
    const answer = await ask(world, { kind: "question", title: title.slice(0, 500), detail: title, options });
    return keep(step.as, answer.kind === "option" ? answer.label : answer.kind === "text" ? answer.text : "");
  }
  if ("fail" in step) throw new StepFailure(fill(step.fail));
  throw new Leave(step.exit);
}

/** Lines of a change, each with its mark. */
function marked(mark: "+" | "-", text: string): string {
  return text.replace(/\n$/, "").replaceAll(/^/gm, `${mark} `);
}

/** The outcome of work that cannot be stopped, or the signal's reason if that comes first. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
