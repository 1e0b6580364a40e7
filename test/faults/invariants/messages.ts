import type { Story } from "../story.ts";

/**
 * I1: no acknowledged message is lost, and one for a living agent reaches it. I2: none is given to it twice. I3: a call of
 * unknown outcome happened once or not at all, and once when it was repeated until it was answered. I5: what one sends to
 * another comes in the order in which it was sent.
 */
export function mailHeld({ world, calls, events, heard, agents }: Story): void {
  const sent = events.flatMap((event) => (event.type === "message.sent" ? [event] : []));
  const times = new Map<string, number>();
  for (const { data } of sent) times.set(data.content, (times.get(data.content) ?? 0) + 1);
  for (const { operation, input, outcome, answer, id } of calls) {
    if (operation !== "message.send") continue;
    const content = String(input["content"]);
    const found = times.get(content) ?? 0;
    if (outcome === "ok") {
      world.expect("I1", found > 0, `${content} (${id}) was acknowledged and is not in the ledger`);
      world.expect("I3", found <= 1, `${content} (${id}) is in the ledger ${found} times`);
      const { seq, id: message } = answer as { seq: number; id: string };
      const there = events[seq - 1];
      const same = there?.type === "message.sent" && there.data.id === message;
      world.expect("I1", same, `${content} was acknowledged as event ${seq}, where something else is`);
    } else if (outcome === "unknown") {
      world.expect("I3", found <= 1, `${content} (${id}), of unknown outcome, is in the ledger ${found} times`);
    } else world.expect("I3", found === 0, `${content} (${id}) was refused and is in the ledger`);
  }
  ordered(world, "the ledger", sent.map(({ data }) => data.content)); // prettier-ignore
  if (heard === undefined) return;
  const live = agents.some(({ name, live: alive, run }) => name === "listener" && alive && run === 1);
  const twice = heard.filter((content, i) => heard.indexOf(content) !== i);
  world.expect("I2", twice.length === 0, `the listener was given ${twice.slice(0, 5).join(", ")} more than once`);
  ordered(world, "what the listener heard", heard);
  if (!live || !world.journalsWhole) return;
  // What others sent, a fault itself say, was promised to nobody here.
  const ours = new Set(calls.map(({ input }) => input["content"]));
  const missing = sent.filter(({ data: { to, content } }) => {
    return to === "listener" && ours.has(content) && !heard.includes(content);
  });
  const told = missing.map(({ data }) => data.content).slice(0, 5);
  world.expect("I1", missing.length === 0, `the listener never got ${missing.length}: ${told.join(", ")}`);
}

/** Contents as `sender>recipient#number`: numbers of a pair only rise. */
function ordered(world: Story["world"], where: string, contents: string[]): void {
  const last = new Map<string, number>();
  for (const content of contents) {
    const [pair = "", number = ""] = content.split("#");
    if (!pair.includes(">")) continue;
    const before = last.get(pair) ?? 0;
    world.expect("I5", Number(number) >= before, `in ${where}, ${content} comes after #${before}`);
    last.set(pair, Number(number));
  }
}
