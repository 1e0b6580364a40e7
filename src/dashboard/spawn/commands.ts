import type { Command } from "../keys/command.ts";
import { hereNow } from "../live/here.tsx";
import { atClick } from "../route/part.tsx";
import { openOverlay } from "../shell/overlays.ts";

const SpawnDialog = atClick(() => import("./dialog.tsx").then((module) => module.SpawnDialog));

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
