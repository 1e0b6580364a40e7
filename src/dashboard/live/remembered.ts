/** How many answers are kept: more than one goes back and forth between. */
const MOST = 40;
const answers = new Map<string, unknown>();

/**
 * What was last shown under `key`, for a room that one comes back to: it is there at once, also without contact. The
 * caller asks again all the same. Keys begin with the id of the workspace, and each belongs to one type.
 */
export function remembered<T>(key: string): T | undefined {
  return answers.get(key) as T | undefined;
}

/** Keeps what is shown until the page is left; the oldest give way. */
export function remember(key: string, value: unknown): void {
  answers.delete(key);
  answers.set(key, value);
  const [oldest] = answers.keys();
  if (answers.size > MOST && oldest !== undefined) answers.delete(oldest);
}
