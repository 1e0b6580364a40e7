import type { Command } from "../keys/command.ts";
import { rooms } from "../route/rooms.ts";
import { chooseTheme } from "../theme/theme.ts";
import { focusComposer } from "../composer/focus.ts";
import { openPalette, openSheet, PALETTE_KEYS, SHEET_KEYS } from "./overlays.ts";
import { goToRoom } from "./places.ts";
import { LEFT, RIGHT, type Widths } from "./widths.ts";

/** The commands of the window itself. `toggle` puts a panel away, or brings it back with its usual width. */
export function shellCommands(set: (panel: keyof Widths, width: number) => void): Command[] {
  const shown = (panel: keyof Widths) => document.querySelector(`.shell-${panel}:not([hidden])`) !== null;
  const toggle = (panel: keyof Widths, usual: number) => set(panel, shown(panel) ? 0 : usual);
  return [
    {
      id: "palette.open",
      title: "Search or run a command",
      group: "Everywhere",
      keys: PALETTE_KEYS,
      keysOnly: true,
      run: openPalette,
    },
    { id: "keys.show", title: "Show all keys", group: "Everywhere", keys: SHEET_KEYS, run: openSheet },
    {
      id: "terminal.leave",
      title: "Leave the terminal",
      group: "Everywhere",
      keys: "ctrl+shift+.",
      inTerminal: true,
      keysOnly: true,
      run: leaveTerminal,
    },
    {
      id: "region.next",
      title: "Next part of the window",
      group: "Everywhere",
      keys: "f6",
      keysOnly: true,
      run: () => moveRegion(1),
    },
    {
      id: "region.previous",
      title: "Previous part of the window",
      group: "Everywhere",
      keys: "shift+f6",
      keysOnly: true,
      run: () => moveRegion(-1),
    },
    { id: "message.write", title: "Write a message", group: "Messages", keys: "m", run: () => focusComposer() },
    {
      id: "message.broadcast",
      title: "Write to all agents",
      group: "Messages",
      keys: "shift+m",
      run: () => focusComposer("all"),
    },
    ...rooms.map(({ id, title, keys }): Command => ({
      id: `go.${id}`,
      title: `Go to ${title}`,
      group: "Go to",
      ...(keys && { keys }),
      run: () => goToRoom(id),
    })),
    {
      id: "panel.left",
      title: "Show or hide the agents",
      group: "Window",
      keys: "[",
      run: () => toggle("left", LEFT.usual),
    },
    {
      id: "panel.right",
      title: "Show or hide the conversation",
      group: "Window",
      keys: "]",
      run: () => toggle("right", RIGHT.usual),
    },
    { id: "theme.dark", title: "Dark theme", group: "Window", run: () => chooseTheme("dark") },
    { id: "theme.light", title: "Light theme", group: "Window", run: () => chooseTheme("light") },
    { id: "theme.system", title: "Theme of the system", group: "Window", run: () => chooseTheme("system") },
  ];
}

/** From the terminal to the header above it, or the tabs. */
function leaveTerminal(): void {
  const pane = document.activeElement?.closest("[data-pane], .terminal-pane");
  const next = pane?.querySelector<HTMLElement>("[data-leave], header button");
  (next ?? document.querySelector<HTMLElement>(".shell-centre [role=tab][aria-selected=true]"))?.focus();
}

const REGIONS = [".topbar", ".attention-band", ".shell-left", ".shell-centre", ".shell-right", ".composer"];

/** Puts the focus into the next part of the window that takes it. */
function moveRegion(by: 1 | -1): void {
  const regions = REGIONS.flatMap((selector) => document.querySelector<HTMLElement>(`${selector}:not([hidden])`) ?? []);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  for (let step = 1; step <= regions.length; step++) {
    const region = regions[(at + by * step + regions.length * 2) % regions.length];
    const first = region?.querySelector<HTMLElement>(
      "[aria-current] , [role=tab][aria-selected=true], textarea, button:enabled, a[href], [tabindex='0']",
    );
    if (!first) continue;
    first.focus();
    return;
  }
}
