/**
 * The program in a script agent's terminal: `node agent.js FILE`. FILE (0600) holds a `Run`. It performs the steps of
 * its task through the agents' door, then stays to read messages until it is told to leave (Ctrl-C).
 */
import { readFile } from "node:fs/promises";
import { openDoor } from "./door.ts";
import { Folder } from "./folder.ts";
import { fits, Mailbox } from "./mailbox.ts";
import { obey } from "./obey.ts";
import { Leave } from "./perform.ts";
import type { World } from "./world.ts";
import type { Order } from "./order.ts";
import { Person } from "./person.ts";
import type { Run } from "./run.ts";
import { Show } from "./show.ts";
import { parseScript, ScriptError, type Script } from "./steps.ts";
import { Turns } from "./turn.ts";

async function main(file: string): Promise<number> {
  const run = JSON.parse(await readFile(file, "utf8")) as Run;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort(new Leave(0)));
  const show = new Show((text) => process.stdout.write(text));
  const door = openDoor(run.door, run.token, stop.signal);
  const folder = new Folder(run.cwd);
  const tell = async (signal: Record<string, unknown>): Promise<void> => {
    await door.hook("signal", signal);
  };

  let script: Script;
  try {
    script = parseScript(await scriptOf(run.task, folder));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    show.failed(why);
    await tell({ type: "failed", reason: `${why} ${HOW}` });
    return 2;
  }
  const world: World = {
    cwd: run.cwd,
    autonomy: run.autonomy,
    door,
    folder,
    mailbox: new Mailbox(door, (mail) => show.mail(mail)),
    person: new Person(process.stdin),
    show,
    tell,
    signal: stop.signal,
    allowed: new Set(),
  };
  const turns = new Turns(world);
  const carryOut = async (order: Order): Promise<string | undefined> =>
    order.order === "interrupt" ? turns.interrupt().then(() => undefined) : world.person.given(order.key, order.answer);
  show.title(run.name, script.steps.length);
  await door.listTools();
  await tell({ type: "session", session: run.session });
  await tell({ type: "working", activity: "starting" });
  void world.mailbox.listen(stop.signal);
  void obey(door, carryOut, stop.signal);
  try {
    await performAll(script, run, world, turns);
    return 0;
  } catch (error) {
    if (error instanceof Leave) return error.code;
    if (stop.signal.aborted) return 0;
    throw error;
  } finally {
    world.person.close();
  }
}

const HOW =
  'The task of a script agent is a script: JSON like {"steps": [{"call": "list_agents"}, {"write": "hello.txt", "text": "Hello"}]}, or the path of a .json or .jsonl file in its folder. Change the task and start it again.';

/** The task itself, or what the file it names holds. */
async function scriptOf(task: string, folder: Folder): Promise<string> {
  const text = task.trim();
  if (!/^\S.*\.jsonl?$/.test(text) || /^[[{]/.test(text)) {
    if (!/^[[{]/.test(text)) throw new ScriptError("The task is neither JSON nor the name of a .json or .jsonl file.");
    return text;
  }
  return folder.read(text).catch((error: unknown) => {
    throw new ScriptError(
      `The script ${text} could not be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  });
}

/** The steps, then messages for as long as the agent lives. An earlier conversation goes on without its steps. */
async function performAll(script: Script, run: Run, world: World, turns: Turns): Promise<never> {
  const values = new Map<string, unknown>([["me", run.name]]);
  await turns.take(run.resumed ? [] : script.steps, values);
  for (;;) {
    const mail = await world.mailbox.take({}, world.signal);
    world.signal.throwIfAborted();
    if (!mail) continue;
    const rule = script.on_message.find((each) => fits(mail, each));
    await world.tell({ type: "working", activity: `reading a message from ${mail.from}` });
    await turns.take(rule?.steps ?? [], new Map([...values, ["message", mail]]), "on_message, step");
  }
}

const [, , file = ""] = process.argv;
process.exit(await main(file));
