import type { Author } from "../../contract/files.ts";
import type { RecentChange } from "../../contract/recent-files.ts";
import type { View } from "../../contract/view.ts";
import { useView } from "../live/here.tsx";

/** What happened to a file lately, and who did it. */
export interface FileMark {
  what: RecentChange["what"];
  /** Name of the agent; undefined when it was the person, or is not certain. */
  agent: string | undefined;
  /** In words: a name, `you`, or that it is not certain. */
  by: string;
  at: string;
}

const cache = new WeakMap<RecentChange[], Map<string, FileMark>>();

/** What was written lately, by path; and, by path of each folder, that something in it was. */
export function marksOf({ files, agents }: View): Map<string, FileMark> {
  const known = cache.get(files.changed);
  if (known) return known;
  const marks = new Map<string, FileMark>();
  for (const { path, what, author, at } of files.changed) marks.set(path, { what, at, ...whose(author, agents) });
  cache.set(files.changed, marks);
  return marks;
}

export function useMarks(): Map<string, FileMark> {
  return useView(marksOf);
}

function whose(author: Author, agents: View["agents"]): { agent: string | undefined; by: string } {
  if (author.kind === "person") return { agent: undefined, by: "you" };
  if (author.kind === "ambiguous") return { agent: undefined, by: "not certain whose" };
  const agent = agents[author.agent]?.name;
  return { agent, by: agent ?? "an agent that was removed" };
}
