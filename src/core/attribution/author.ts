import { sameAuthor, type Author } from "../../contract/files.ts";

export const PERSON: Author = { kind: "person" };

export function agentAuthor(agent: string): Author {
  return { kind: "agent", agent };
}

/** Whether `author` certainly, perhaps or certainly not stands behind `by`. */
export function isBy(by: Author, author: Author): "yes" | "perhaps" | "no" {
  if (sameAuthor(by, author)) return "yes";
  return by.kind === "ambiguous" && by.among.some((one) => isBy(one, author) !== "no") ? "perhaps" : "no";
}

/** One of several; alone it is certain. */
export function oneOf(authors: readonly Author[]): Author {
  const among: Author[] = [];
  for (const author of authors.flatMap((one) => (one.kind === "ambiguous" ? one.among : [one])))
    if (!among.some((known) => sameAuthor(known, author))) among.push(author);
  const [only] = among;
  return only && among.length === 1 ? only : { kind: "ambiguous", among };
}
