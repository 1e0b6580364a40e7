import "./tabs.css";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** A number, or the least it can be. */
export type Tally = number | `${number}+`;

export interface Tab {
  id: string;
  title: string;
  icon?: IconName;
  keys?: string | undefined;
  /** How much waits there; 0 shows nothing. */
  count?: Tally;
  /** The count needs a person. */
  urgent?: boolean;
}

interface TabsProps {
  label: string;
  tabs: Tab[];
  selected: string;
  /** Id of the element that shows the selected tab. */
  panel: string;
  onSelect: (id: string) => void;
}

/** A row of tabs. Arrows, Home and End move and select. */
export function Tabs({ label, tabs, selected, panel, onSelect }: TabsProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    row.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === selected);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onSelect(next.id);
    row.current?.querySelector<HTMLElement>(`[data-tab="${CSS.escape(next.id)}"]`)?.focus();
  };
  return (
    <div ref={row} className="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(({ id, title, icon, keys, count = 0, urgent }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-tab={id}
          data-tip={keys ? title : undefined}
          data-tip-keys={keys}
          aria-selected={id === selected}
          aria-controls={id === selected ? panel : undefined}
          tabIndex={id === selected ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          {icon && <Icon name={icon} />}
          {title}
          {count !== 0 && <Count of={count} {...(urgent && { urgent })} />}
        </button>
      ))}
    </div>
  );
}

/** A small number beside a word. */
export function Count({ of, urgent = false }: { of: Tally; urgent?: boolean }) {
  return (
    <span className="count" data-urgent={urgent}>
      {typeof of === "number" && of > 99 ? "99+" : of}
    </span>
  );
}
