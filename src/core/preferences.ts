import { ClustrError } from "../contract/error.ts";
import type { preferences as operations } from "../contract/operations/preferences.ts";
import { preferred } from "../contract/fold-preferences.ts";
import { MOST_KEYS, type Preferences } from "../contract/preferences.ts";
import type { Handlers, HomeCall } from "./call.ts";
import type { Home } from "./home.ts";

/** How the person wants the page to be. */
export function preferencesHandlers(home: Home): Handlers<typeof operations, HomeCall> {
  return {
    "preferences.get": async () => home.view().preferences,
    "preferences.set": async ({ requestId }, change) => {
      const was = home.view().preferences;
      const next = preferred(was, change);
      if (Object.keys(next.keys).length > MOST_KEYS)
        throw new ClustrError(
          "limited",
          `Keys of ${MOST_KEYS} commands are remembered at most; nothing was changed. Give some their usual keys back.`,
        );
      // A window that is dragged to where it was is not worth an event.
      if (JSON.stringify(next) !== JSON.stringify(was))
        await home.record({ type: "preferences.changed", data: { change } }, "preferences", requestId);
      return home.view().preferences;
    },
  };
}

/** What is preferred now and after every change, the newest each time, until the signal aborts. */
export async function* followPreferences(home: Home, signal: AbortSignal): AsyncGenerator<Preferences> {
  let shown: Preferences | undefined;
  let wake = (): void => {};
  const unwatch = home.watch(() => wake());
  const over = (): void => wake();
  signal.addEventListener("abort", over);
  try {
    while (!signal.aborted) {
      const { preferences } = home.view();
      if (preferences !== shown) yield (shown = preferences);
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", over);
  }
}
