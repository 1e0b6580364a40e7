import type { IconName } from "./icon.tsx";

/** One thing to choose in a menu. */
export interface MenuItem {
  title: string;
  icon?: IconName;
  /** Keys shown at its end. */
  keys?: string | undefined;
  /** A second line, e.g. why it cannot be chosen. */
  about?: string;
  /** A choice among others: shows whether it is the one. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
}
