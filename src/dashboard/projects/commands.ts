import { lazy } from "react";
import type { Command } from "../keys/command.ts";
import { openOverlay, type Overlay } from "../shell/overlays.ts";

const OpenProject: Overlay = lazy(() => import("./dialog.tsx").then((module) => ({ default: module.OpenProject })));

export const commands: Command[] = [
  {
    id: "workspace.open",
    title: "Open a project…",
    group: "Window",
    keys: "o",
    run: () => openOverlay(OpenProject),
  },
];
