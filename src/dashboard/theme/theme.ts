import { keep } from "../live/kept.ts";

/** What the person chose: always dark, always light, or as their system is. */
export type ThemeChoice = "system" | "dark" | "light";
/** What is on the screen. */
export type Theme = "dark" | "light";

// public/theme.js reads the same key before the first paint.
const KEY = "theme";
const light = matchMedia("(prefers-color-scheme: light)");
const listeners = new Set<() => void>();

export function themeChoice(): ThemeChoice {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === "dark" || chosen === "light" ? chosen : "system";
}

/** The theme on the screen right now. */
export function theme(): Theme {
  const choice = themeChoice();
  return choice === "system" ? (light.matches ? "light" : "dark") : choice;
}

/** Changes the theme and remembers it in this browser. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") {
    delete document.documentElement.dataset["theme"];
  } else {
    document.documentElement.dataset["theme"] = choice;
  }
  keep(KEY, choice === "system" ? undefined : choice);
  for (const changed of listeners) changed();
}

/** Tells when the theme on the screen or the choice changes. Returns how to end it. Fits `useSyncExternalStore`. */
export function onTheme(changed: () => void): () => void {
  listeners.add(changed);
  light.addEventListener("change", changed);
  return () => {
    listeners.delete(changed);
    light.removeEventListener("change", changed);
  };
}
