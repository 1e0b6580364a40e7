import "./chip.css";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

interface ChipProps {
  children: ReactNode;
  /** With it, a cross takes the chip away; `name` says what it takes away. */
  onRemove?: (() => void) | undefined;
  name?: string;
  /** Something to be careful with. */
  danger?: boolean;
}

/** A short fact or a chosen thing: a recipient, a filter, a service. */
export function Chip({ children, onRemove, name = "", danger = false }: ChipProps) {
  return (
    <span className={danger ? "chip chip-danger" : "chip"}>
      {children}
      {onRemove && (
        <button type="button" aria-label={`Remove ${name}`} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}
