import { operation } from "../operation.ts";
import { Settings } from "../workspace.ts";

export const settings = {
  "settings.set": operation({
    summary: "Show or change what is set for this workspace",
    scope: "workspace",
    right: "agents.control",
    http: "PUT /settings",
    command: "settings",
    input: Settings.partial(),
    output: Settings,
  }),
};
