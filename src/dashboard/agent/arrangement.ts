import { useMemo } from "react";
import type { IconName } from "../controls/icon.tsx";
import { useCommands, type Command } from "../keys/command.ts";
import { useHere } from "../live/here.tsx";
import { prefer, usePreferences, windowOf } from "../preferences/store.ts";
import { go, useRoute } from "../route/route.ts";
import { useLayout } from "../shell/layout.ts";
import type { GridLayout } from "../terminals/grid-shape.ts";

/** How terminals are arranged. */
export interface Arrangement {
  /** Its word in the address. */
  id: string;
  count: GridLayout;
  /** Below each other. */
  stacked?: true;
  title: string;
  icon: IconName;
  /** What one more beside, or below, makes of it; absent: there is no room for more. */
  beside?: string;
  below?: string;
}

const ONE: Arrangement = { id: "1", count: 1, title: "One terminal", icon: "grid-1", beside: "2", below: "2r" };
export const ARRANGEMENTS: Arrangement[] = [
  ONE,
  { id: "2", count: 2, title: "2 terminals", icon: "grid-2", beside: "4", below: "4" },
  {
    ...{ id: "2r", count: 2, title: "2 terminals, one below the other", icon: "grid-2r" },
    ...{ stacked: true, beside: "4", below: "4" },
  },
  { id: "4", count: 4, title: "4 terminals", icon: "grid-4", beside: "6", below: "6" },
  { id: "6", count: 6, title: "6 terminals", icon: "grid-6" },
];

/** The arrangement of the address, else the one chosen last, and how to choose another: by buttons and by keys. */
export function useArrangement(): { shown: Arrangement; choose: (id: string) => void } {
  const { workspace } = useHere();
  const { grid } = useRoute();
  const phone = useLayout() === "phone";
  // What another window chose shows here too, unless the address says otherwise.
  usePreferences();
  const wanted = grid ?? windowOf(workspace.id).grid;
  const shown = phone ? ONE : (ARRANGEMENTS.find(({ id }) => id === wanted) ?? ONE);
  const choose = useMemo(
    () => (id: string) => {
      go({ grid: id });
      prefer({ window: { workspace: workspace.id, grid: id } });
    },
    [workspace.id],
  );
  useCommands(useMemo(() => splitting(phone ? {} : shown, choose), [phone, shown, choose]));
  return { shown, choose };
}

function splitting({ beside, below }: Partial<Arrangement>, choose: (id: string) => void): Command[] {
  return [
    {
      id: "terminal.split-right",
      title: "One more terminal beside",
      group: "Terminals",
      keys: "\\",
      when: () => beside !== undefined,
      run: () => beside !== undefined && choose(beside),
    },
    {
      id: "terminal.split-down",
      title: "One more terminal below",
      group: "Terminals",
      keys: "-",
      when: () => below !== undefined,
      run: () => below !== undefined && choose(below),
    },
    {
      id: "terminal.one",
      title: "One terminal alone",
      group: "Terminals",
      keys: "=",
      when: () => beside !== ONE.beside,
      run: () => choose(ONE.id),
    },
  ];
}
