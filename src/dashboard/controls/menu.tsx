import { useId, useState, type ReactNode } from "react";
import { atClick } from "../route/part.tsx";
import type { MenuItem } from "./menu-item.ts";

const List = atClick(() => import("./menu-list.tsx").then((module) => module.MenuList));

interface MenuProps {
  /** Its name for screen readers. */
  label: string;
  /** Groups of items; a hairline between them. Empty groups vanish. A function is asked when the menu opens. */
  groups: MenuItem[][] | (() => MenuItem[][]);
  /** Several can be chosen: what is chosen is toggled. */
  many?: boolean;
  /** The button that opens it, given what it must carry. */
  children: (opener: {
    "aria-haspopup": "menu";
    "aria-expanded": boolean;
    "aria-controls": string | undefined;
    onClick: () => void;
    ref: (element: HTMLButtonElement | null) => void;
  }) => ReactNode;
}

/** A button that opens a list of things to do. Arrows move, letters jump, Esc closes; the focus returns to the button. */
export function Menu({ label, groups, many = false, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const [opener, setOpener] = useState<HTMLButtonElement | null>(null);
  const id = useId();
  const close = (focus = true) => {
    setOpen(false);
    if (focus) opener?.focus();
  };
  return (
    <>
      {children({
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "aria-controls": open ? id : undefined,
        onClick: () => setOpen((is) => !is),
        ref: setOpener,
      })}
      {open && (
        <List
          id={id}
          label={label}
          groups={typeof groups === "function" ? groups() : groups}
          many={many}
          opener={opener}
          onClose={close}
        />
      )}
    </>
  );
}
