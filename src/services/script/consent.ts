import type { Answer } from "../../contract/attention.ts";
import type { World } from "./world.ts";
import type { Question } from "./person.ts";

/** Characters of the title and the detail of an item; the terminal shows the same. */
const TITLE = 200;
const DETAIL = 20_000;

/** What a step is about to do. */
export interface Deed {
  /** Name of its tool for policies: the step's verb. */
  tool: string;
  /** What it is used on: the command, the path, the name of the tool that is called. */
  subject: string;
  /** Exactly what will happen. */
  detail: string;
  /** It only uses Clustr: not asked for unless a policy says so. */
  harmless?: boolean;
}

/**
 * Lets a step go on, or asks the person first: as the workspace's policies say, else with autonomy `ask`.
 * @throws Error when a policy or the person says no.
 */
export async function permission(world: World, { tool, subject, detail, harmless }: Deed): Promise<void> {
  const { decision } = await world.door.hook("policy", { tool, subject });
  if (decision === "deny") throw new Error("a policy of this workspace denies it");
  const asks = decision === "ask" || (decision === undefined && world.autonomy === "ask" && !harmless);
  if (!asks || world.allowed.has(tool)) return;
  const verb = tool === "run" || tool === "call" ? tool : "change";
  const title = `Allow the script to ${verb} ${subject}?`;
  const answer = await ask(world, { kind: "permission", title, detail, options: [] });
  if (answer.kind === "always") world.allowed.add(tool);
  else if (answer.kind !== "allow") {
    const reason = answer.kind === "deny" ? answer.reason : undefined;
    throw new Error(`the person said no${reason ? `: ${reason}` : ""}`);
  }
}

/** Holds the agent until a person has answered, in its terminal or elsewhere. */
export async function ask(
  { show, person, tell, signal }: World,
  { title, detail, ...more }: Question,
): Promise<Answer> {
  const question = { ...more, title: title.slice(0, TITLE), detail: detail?.slice(0, DETAIL) };
  const { key, answer } = person.ask(question, signal);
  // It may be answered, or the turn stopped, while the item is being recorded.
  answer.catch(() => undefined);
  show.ask(question);
  await tell({ type: "attention", item: { ...question, key } });
  const given = await answer;
  show.answered(given);
  await tell({ type: "resolved" });
  return given;
}
