import { Settings } from "../contract/workspace.ts";
import type { settings } from "../contract/operations/settings.ts";
import { named, type Handlers, type WorkspaceCall } from "./call.ts";

/** What a person chose for the workspace. */
export const settingsHandlers: Handlers<typeof settings, WorkspaceCall> = {
  "settings.set": async (call, changes) => {
    const asked = named(changes);
    if (Object.keys(asked).length > 0)
      await call.decide("settings", (view) => ({
        type: "settings.changed",
        data: { settings: Settings.parse({ ...view.settings, ...asked }) },
      }));
    return Settings.parse(call.view().settings);
  },
};
