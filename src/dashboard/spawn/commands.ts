import { lazy } from "react";
import type { Command } from "../keys/command.ts";
import { hereNow } from "../live/here.tsx";
import { openOverlay, type Overlay } from "../shell/overlays.ts";

const SpawnDialog: Overlay = lazy(() => import("./dialog.tsx").then((module) => ({ default: module.SpawnDialog })));

export const commands: Command[] = [
  {
    id: "agent.spawn",
    title: "Spawn an agent",
    group: "Agents",
    keys: "n",
    when: () => hereNow() !== undefined,
    run: () => openOverlay(SpawnDialog),
  },
];
