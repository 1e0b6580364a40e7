import { z } from "zod";
import { operation } from "../operation.ts";
import { Preferences, PreferencesChange } from "../preferences.ts";

/** How the person wants the page to be, wherever they open it. */
export const preferences = {
  "preferences.get": operation({
    summary: "Show what the dashboard remembers: theme, keys, and how each window is arranged",
    scope: "home",
    right: "home.manage",
    http: "GET /preferences",
    command: "preferences",
    input: z.object({}),
    output: Preferences,
  }),
  "preferences.set": operation({
    summary: "Change what the dashboard remembers; what is not named stays",
    scope: "home",
    right: "home.manage",
    http: "PUT /preferences",
    command: "preferences set",
    body: 65_536,
    input: PreferencesChange,
    output: Preferences,
  }),
};
