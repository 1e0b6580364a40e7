import type { Command } from "../keys/command.ts";
import { hereNow } from "../live/here.tsx";
import { route } from "../route/route.ts";
import { openShell } from "./open.ts";

export const commands: Command[] = [
  {
    id: "shell.open",
    title: "Open a shell",
    group: "Window",
    when: () => hereNow() !== undefined,
    run: () => void openShell(),
  },
  {
    id: "shell.open-agent",
    title: "Open a shell in the agent's folder",
    group: "Agents",
    when: () => hereNow() !== undefined && route().agent !== undefined,
    run: () => void openShell(route().agent),
  },
];
