/** Reads what this browser was asked to keep: any JSON value, or undefined when there is none or storage is switched off. */
export function kept<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(`clustr.${key}`);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

/** Keeps a JSON value in this browser; undefined forgets it. Comfort only: it may be lost, so nothing may depend on it. */
export function keep(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`clustr.${key}`);
    else localStorage.setItem(`clustr.${key}`, JSON.stringify(value));
  } catch {
    // Storage is full or switched off.
  }
}
