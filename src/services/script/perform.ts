import { setTimeout as sleep } from "node:timers/promises";
import { inCall } from "./calls.ts";
import { runCommand } from "./command.ts";
import { ask, permission } from "./consent.ts";
import { verbOf, type Match, type Step } from "./steps.ts";
import type { World } from "./world.ts";
import { asText, fillIn, fillText, type Values } from "./values.ts";

/** Seconds a command may run, and a message may be waited for, where the step sets no time of its own. */
const COMMAND_S = 600;
const MESSAGE_S = 300;
/** Characters of what the agent is shown to be doing. */
const ACTIVITY = 120;

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

/** A step of one kind. */
type Of<Verb extends string> = Extract<Step, Record<Verb, unknown>>;

/** What one step acts on. */
interface Scene extends World {
  /** Puts what was kept into a text. */
  fill(text: string): string;
  /** Keeps what came of it under this name, if the script wants it. */
  keep(name: string | undefined, value: unknown): void;
  /** Shows and tells what it is about to do. */
  began(what: string): Promise<void>;
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
  world.signal.throwIfAborted();
  const scene: Scene = {
    ...world,
    fill: (text) => fillText(text, values),
    keep: (name, value) => {
      if (name !== undefined) values.set(name, value);
    },
    began: (what) => {
      world.show.step(verbOf(step), what);
      const activity = step.note ?? `${verbOf(step)} ${what}`.split("\n")[0]?.slice(0, ACTIVITY);
      return world.tell({ type: "working", activity });
    },
  };
  if ("say" in step) return world.show.said(scene.fill(step.say));
  if ("call" in step) return call(step, scene, fillIn(step.with ?? {}, values) as Record<string, unknown>);
  if ("write" in step || "append" in step || "edit" in step) return changeFile(step, scene);
  if ("run" in step) return run(step, scene);
  if ("wait" in step) return wait(step, scene, fillIn(step.wait, values) as Match);
  if ("ask" in step) return askPerson(step, scene);
  if ("sleep" in step) {
    await scene.began(`${step.sleep} s`);
    return sleep(step.sleep * 1000, undefined, { signal: world.signal });
  }
  if ("repeat" in step) {
    for (let round = 1; round <= step.repeat; round++)
      await perform(step.steps, world, values, `${place}, round ${round}, step`);
    return;
  }
  if ("fail" in step) throw new StepFailure(scene.fill(step.fail));
  throw new Leave(step.exit);
}

async function call(step: Of<"call">, scene: Scene, args: Record<string, unknown>): Promise<void> {
  await scene.began(`${step.call} ${step.with ? JSON.stringify(args) : ""}`);
  const detail = JSON.stringify(args, undefined, 2);
  await permission(scene, { tool: "call", subject: step.call, detail, harmless: true });
  // A call that is under way when the turn stops may still have its effect, as with any tool.
  const result = await unlessAborted(scene.door.call(step.call, args), scene.signal);
  scene.show.result(asText(result));
  scene.keep(step.as, result);
}

async function changeFile(step: Of<"write"> | Of<"append"> | Of<"edit">, scene: Scene): Promise<void> {
  const { folder, fill } = scene;
  const file = fill("write" in step ? step.write : "append" in step ? step.append : step.edit);
  await scene.began(file);
  const [was, now] = "edit" in step ? [fill(step.replace), fill(step.by)] : ["", fill(step.text)];
  const detail = "edit" in step ? `${marked("-", was)}\n${marked("+", now)}` : marked("+", now);
  // Policies and the person go by the file it is, however the script writes it.
  const path = await folder.nameOf(file);
  await permission(scene, { tool: verbOf(step), subject: path, detail: `${path}\n${detail}` });
  if ("write" in step) return inCall(scene, { left: { path, write: now } }, () => folder.write(file, now));
  if ("append" in step) return inCall(scene, { left: { path, append: now } }, () => folder.append(file, now));
  return inCall(scene, { left: { path, replace: was, by: now } }, () => folder.edit(file, was, now));
}

async function run(step: Of<"run">, scene: Scene): Promise<void> {
  const command = scene.fill(step.run);
  await scene.began(command);
  await permission(scene, { tool: "run", subject: command, detail: command });
  const timeoutMs = (step.timeout ?? COMMAND_S) * 1000;
  const ran = await inCall(scene, { command }, () =>
    runCommand(command, scene.cwd, timeoutMs, (text) => scene.show.output(text), scene.signal),
  );
  scene.signal.throwIfAborted();
  scene.keep(step.as, ran);
  if (ran.code !== 0 && step.may_fail !== true)
    throw new Error(`it ended with exit code ${ran.code}${ran.code === 124 ? " (too slow)" : ""}`);
}

async function wait(step: Of<"wait">, scene: Scene, match: Match): Promise<void> {
  const words = [
    "for a message",
    match.from && `from ${match.from}`,
    match.containing && `about "${match.containing}"`,
  ];
  await scene.began(words.filter(Boolean).join(" "));
  const seconds = step.timeout ?? MESSAGE_S;
  const until = AbortSignal.any([scene.signal, AbortSignal.timeout(seconds * 1000)]);
  const mail = await scene.mailbox.take(match, until);
  scene.signal.throwIfAborted();
  if (!mail) throw new Error(`no such message came within ${seconds} s`);
  scene.keep(step.as, mail);
}

async function askPerson(step: Of<"ask">, scene: Scene): Promise<void> {
  const options = (step.options ?? []).map(scene.fill);
  const title = scene.fill(step.ask);
  const answer = await ask(scene, { kind: "question", title, detail: title, options });
  scene.keep(step.as, answer.kind === "option" ? answer.label : answer.kind === "text" ? answer.text : "");
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
