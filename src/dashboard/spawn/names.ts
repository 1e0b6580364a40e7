import type { Agent } from "../../contract/agent.ts";
import { foldName, nameProblem } from "../../contract/name.ts";
import type { View } from "../../contract/view.ts";

/** Short, easy to say and to type, and no two look alike. */
const NAMES =
  "ada bram cleo dov esi finn gwen hugo ines jun kaya liam mira noor otis pia quin rosa sami tess uma vito wren xena yara zeno";

/** A name nobody here has or had, so that its colour and its messages are its own. */
export function suggestName(agents: View["agents"]): string {
  const used = new Set(Object.values(agents).map(({ name }) => foldName(name)));
  const names = NAMES.split(" ");
  const free = names.find((name) => !used.has(name));
  if (free !== undefined) return free;
  for (let round = 2; ; round++) {
    const next = names.find((name) => !used.has(foldName(`${name}-${round}`)));
    if (next !== undefined) return `${next}-${round}`;
  }
}

/** Why an agent cannot be called this now; undefined when it can. The server has the last word. */
export function whyNot(name: string, agents: View["agents"]): string | undefined {
  if (name === "") return "Give it a name: its address for messages.";
  const problem = nameProblem(name);
  if (problem !== undefined) return problem;
  const folded = foldName(name);
  const holder = Object.values(agents).find((agent) => holds(agent) && foldName(agent.name) === folded);
  if (!holder) return undefined;
  return holder.name === name
    ? `There is a live agent called ${name} already.`
    : `It could be mistaken for ${holder.name}, who is here already.`;
}

function holds({ live, external }: Agent): boolean {
  return live || external;
}
