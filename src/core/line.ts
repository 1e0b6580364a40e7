/** Does work after all earlier work under the same key, however that ended; gives what the work gives. */
export type Line = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * One after the other for each key. What decides on one subject at the same moment would only refuse one another: of ten
 * compare-and-appends one gets through, and nine decide anew.
 */
export function createLine(): Line {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const next = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, next);
    const gone = (): void => void (last.get(key) === next && last.delete(key));
    next.then(gone, gone);
    return next;
  };
}
