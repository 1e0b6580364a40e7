import type { Preferences, PreferencesChange } from "./preferences.ts";

/** Workspaces whose window is remembered; the longest untouched one goes first. */
export const MOST_WINDOWS = 100;

/** Of whoever never chose anything. */
export const NO_PREFERENCES: Preferences = { keys: {}, windows: {} };

/**
 * Preferences after a change: the same pure function in server and page. Of windows only the latest are kept: the one that
 * changed is the last. A window that is where it was changes nothing.
 */
export function preferred(was: Preferences, change: PreferencesChange): Preferences {
  const { theme = was.theme, letters = was.letters, keys = {}, window } = change;
  const next: Preferences = {
    ...(theme === undefined ? {} : { theme }),
    ...(letters === undefined ? {} : { letters }),
    keys: Object.fromEntries(
      Object.entries({ ...was.keys, ...keys }).filter((pair): pair is [string, string] => pair[1] !== null),
    ),
    windows: was.windows,
  };
  if (!window) return next;
  const { workspace, ...choice } = window;
  const { [workspace]: old, ...others } = was.windows;
  const merged = { ...old, ...choice };
  if (old && JSON.stringify(merged) === JSON.stringify(old)) return next;
  const latest = Object.entries(others).slice(1 - MOST_WINDOWS);
  return { ...next, windows: Object.fromEntries([...latest, [workspace, merged]]) };
}
