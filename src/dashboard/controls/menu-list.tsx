import "./menu-list.css";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Icon } from "./icon.tsx";
import type { MenuItem } from "./menu-item.ts";

interface MenuListProps {
  id: string;
  label: string;
  groups: MenuItem[][];
  many: boolean;
  opener: HTMLElement | null;
  onClose: (focus?: boolean) => void;
}

/** The open list of a menu. */
export function MenuList({ id, label, groups, many, opener, onClose }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = list.current;
    if (!box || !opener) return;
    // The top layer: no panel's edge cuts it off.
    box.showPopover();
    place(box, opener.getBoundingClientRect());
    items(box)[0]?.focus();
    const outside = ({ target }: Event) => {
      if (target instanceof Node && !box.contains(target) && !opener.contains(target)) onClose(false);
    };
    const away = () => onClose(false);
    addEventListener("pointerdown", outside);
    addEventListener("resize", away);
    addEventListener("blur", away);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("resize", away);
      removeEventListener("blur", away);
    };
    // Opened once; what it does on closing does not change while it is open.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const all = items(event.currentTarget);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    event.stopPropagation();
    if (to !== undefined) {
      event.preventDefault();
      all[to]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose();
    } else if (event.key.length === 1) {
      const next = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      next.find(({ textContent }) => textContent?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  };
  return (
    <div id={id} ref={list} popover="manual" className="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {groups
        .filter((group) => group.length > 0)
        .map((group, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- groups have no other name and do not move.
          <div key={index} role="group">
            {group.map((item) => (
              <button
                key={item.title}
                type="button"
                role={item.checked === undefined ? "menuitem" : many ? "menuitemcheckbox" : "menuitemradio"}
                aria-checked={item.checked}
                aria-disabled={item.disabled}
                tabIndex={-1}
                data-danger={item.danger}
                onClick={() => {
                  if (item.disabled) return;
                  onClose();
                  item.run();
                }}
              >
                <span className="menu-icon">
                  {item.checked ? <Icon name="check" /> : item.icon && <Icon name={item.icon} />}
                </span>
                <span className="menu-title">
                  {item.title}
                  {item.about && <small>{item.about}</small>}
                </span>
                {item.keys && <kbd>{item.keys}</kbd>}
              </button>
            ))}
          </div>
        ))}
    </div>
  );
}

function items(box: HTMLElement): HTMLButtonElement[] {
  return [...box.querySelectorAll<HTMLButtonElement>("button")];
}

/** Below its button and within the window; above it when there is more room. */
function place(box: HTMLElement, anchor: DOMRect): void {
  const { width, height } = box.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.left, innerWidth - width - 8));
  const below = anchor.bottom + 4;
  const top = below + height > innerHeight - 8 && anchor.top > height ? anchor.top - height - 4 : below;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}
