import type { Command } from "../keys/command.ts";
import { atClick } from "../route/part.tsx";
import { openOverlay } from "../shell/overlays.ts";

const OpenProject = atClick(() => import("./dialog.tsx").then((module) => module.OpenProject));

export const commands: Command[] = [
  {
    id: "workspace.open",
    title: "Open a project…",
    group: "Window",
    keys: "o",
    run: () => openOverlay(OpenProject),
  },
];
