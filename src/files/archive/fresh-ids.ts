/** As ids of agents are made: any such word that is taken is one. */
const ID = /\b[0-9a-z]{12}\b/g;

/**
 * Gives agents that come in with an import other ids where theirs are `taken` here: by the workspace it was exported from,
 * or by whoever wrote the file in order to reach an agent of another one. Terminals are named after their agents, so two of
 * one id would share, end and delete each other's. Returns what replaces the ids in a text, the same for all texts.
 */
export function freshIds(taken: ReadonlySet<string>, newId: () => string): (text: string) => string {
  const given = new Map<string, string>();
  const fresh = (word: string): string => {
    if (!taken.has(word)) return word;
    const id = given.get(word) ?? newId();
    given.set(word, id);
    return id;
  };
  return (text) => text.replace(ID, fresh);
}
