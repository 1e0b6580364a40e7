import { objectOf } from "../json.ts";

/**
 * Finds where a person went back to an earlier point of a conversation (`/rewind`). The tool writes nothing at that moment
 * and removes nothing: only the next prompt shows it, whose parent lies before prompts that were there already.
 */
export class Rewinds {
  /** Line of each entry that has an id. */
  readonly #lines = new Map<string, number>();
  /** Lines of the prompts that are part of the conversation, rising. */
  #prompts: number[] = [];

  /** Takes the next line of a transcript; returns the line from which on everything before this one is gone, if that is news. */
  add(line: string, at: number): number | undefined {
    const id = /"uuid":"([^"]+)"/.exec(line)?.[1];
    if (id === undefined || line.includes('"isSidechain":true')) return undefined;
    this.#lines.set(id, at);
    if (!isPrompt(line)) return undefined;
    const parent = /"parentUuid":"([^"]+)"/.exec(line)?.[1];
    const above = parent === undefined ? undefined : this.#lines.get(parent);
    const gone = above === undefined ? undefined : this.#prompts.find((prompt) => prompt > above);
    this.#prompts = [...this.#prompts.filter((prompt) => gone === undefined || prompt < gone), at];
    return gone;
  }
}

/** Whether a person or a message began a turn here: results of tools are the user's words to the tool only in form. */
function isPrompt(line: string): boolean {
  if (!line.includes('"type":"user"') || line.includes('"type":"tool_result"')) return false;
  try {
    return objectOf(JSON.parse(line)).type === "user";
  } catch {
    return false;
  }
}
