import { useSyncExternalStore } from "react";
import { IconButton } from "../controls/button.tsx";
import { Menu } from "../controls/menu.tsx";
import { chooseTheme, onTheme, themeChoice, type ThemeChoice } from "./theme.ts";

const THEMES: { choice: ThemeChoice; title: string; icon: "system" | "sun" | "moon" }[] = [
  { choice: "system", title: "As the system", icon: "system" },
  { choice: "light", title: "Light", icon: "sun" },
  { choice: "dark", title: "Dark", icon: "moon" },
];

/** Chooses the theme. */
export function ThemeMenu() {
  const chosen = useSyncExternalStore(onTheme, themeChoice);
  const icon = THEMES.find(({ choice }) => choice === chosen)?.icon ?? "system";
  return (
    <Menu
      label="Theme"
      groups={[
        THEMES.map(({ choice, title }) => ({ title, checked: choice === chosen, run: () => chooseTheme(choice) })),
      ]}
    >
      {(opener) => <IconButton icon={icon} label="Theme" {...opener} />}
    </Menu>
  );
}
