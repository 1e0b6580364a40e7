import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "./caller.ts";
import type { World } from "./world.ts";

/** How long a tourist may take to write its files, ms: its server may be killed meanwhile. */
const WORK_MS = 90_000;
const FILES = ["one.txt", "two.txt", "three.txt"];

/**
 * Does a bit of everything once that changes something in the world: an agent that writes files and a message, a snapshot,
 * rules, a rollback and its undoing, an end and a removal. Each call is repeated until it is answered, whatever happens to
 * the server; what then must be true of the folder is checked.
 */
async function tour(world: World, caller: Caller, number: number): Promise<void> {
  const name = `tourist-${number}`;
  const files = FILES.map((file) => `${name}/${file}`);
  const steps = [
    ...files.map((file) => ({ write: file, text: `${file} by ${name}\n` })),
    { call: "send_message", with: { to: "human", content: `${name} was here` } },
  ];
  const spawned = await caller.call("agent.spawn", { name, service: "script", task: JSON.stringify({ steps }) });
  if (spawned.outcome !== "ok") return;
  await caller.call("context.write", { key: `tours/${number}`, value: name });
  // The home's own ledger.
  await caller.call("limits.set", { unread_messages: 9_000 + number });
  await caller.call("rules.update", { text: `Rules of tour ${number}.` });
  if (!(await finished(world, name))) return;
  await caller.call("message.send", { to: name, content: `${caller.name}>${name}#1` });
  await caller.call("snapshot.take", { label: `tour ${number}` });
  const back = await caller.call("change.rollback", { name });
  if (back.outcome === "ok") {
    const gone = await expectFiles(world, files, false, `rolling ${name} back`, back.value);
    const { id } = back.value as { id?: string };
    const undone = id === undefined ? undefined : await caller.call("change.undo", { id });
    if (undone?.outcome === "ok") await expectFiles(world, gone, true, `undoing the rollback of ${name}`, undone.value);
  }
  await caller.call("agent.stop", { name });
  await caller.call("agent.remove", { name });
}

/** Whether the agent's script came to its end; false when it was lost on the way. */
async function finished(world: World, name: string): Promise<boolean> {
  for (const end = performance.now() + WORK_MS; performance.now() < end && !world.signal.aborted; await pause(50)) {
    const agents = await world.clustr.client.call("agent.list", {}).catch(() => []);
    const agent = agents.find((each) => each.name === name);
    if (agent?.outcome === "failed" || agent?.outcome === "stopped" || agent?.outcome === "lost") {
      world.expect("I7", agent.outcome !== "failed", `${name} failed: ${agent.reason ?? ""}`);
      return false;
    }
    if (agent?.outcome === "finished") return true;
  }
  world.violate("run", `${name} did not come to its end within ${WORK_MS / 1000} s`);
  return false;
}

interface Answered {
  files: { path: string; conflict?: string }[];
}

/** Every file is as it should be, or the answer says that it is not, and why. Gives those that should. */
async function expectFiles(
  world: World,
  files: string[],
  there: boolean,
  when: string,
  answer: unknown,
): Promise<string[]> {
  const left = (answer as Answered).files.filter(({ conflict }) => conflict !== undefined).map(({ path }) => path);
  const done = files.filter((each) => !left.includes(each));
  for (const file of done) {
    const text = await readFile(join(world.project, file), "utf8").catch(() => undefined);
    const right = there ? text === `${file} by ${file.split("/")[0]}\n` : text === undefined;
    const found = text === undefined ? "not there" : JSON.stringify(text);
    world.expect("I1", right, `after ${when}, ${file} is ${found}: ${JSON.stringify(answer).slice(0, 400)}`);
  }
  return done;
}

/** Tours one after the other, until told to stop; then the last one is brought to its end. */
export function touring(world: World): { stop(): Promise<void> } {
  const caller = world.person("guide");
  let over = false;
  const all = (async () => {
    for (let number = 1; !over && !world.signal.aborted; number++)
      await tour(world, caller, number).catch(
        (error: unknown) => world.signal.aborted || world.violate("run", String(error)),
      );
  })();
  return {
    async stop() {
      over = true;
      await all;
    },
  };
}
