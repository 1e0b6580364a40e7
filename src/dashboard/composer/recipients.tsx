import { AgentMark } from "../agent/mark.tsx";
import { Chip } from "../controls/chip.tsx";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";

interface RecipientsProps {
  /** Names, or only `all`. */
  to: string[];
  /** Somebody chose them; otherwise they follow what is on the screen. */
  chosen: boolean;
  /** All live agents. */
  names: string[];
  onChange: (to: string[] | undefined) => void;
}

/** Chips a row has place for; the rest is counted. */
const SHOWN = 3;

/** Whom the message goes to: one, several or all. */
export function Recipients({ to, chosen, names, onChange }: RecipientsProps) {
  const toggle = (name: string) => {
    const others = to.filter((one) => one !== name && one !== "all");
    const next = to.includes(name) ? others : [...others, name];
    onChange(next.length > 0 ? next : undefined);
  };
  return (
    <div className="recipients">
      <Menu
        label="Recipients"
        many
        groups={[
          [{ title: "All agents", checked: to.includes("all"), run: () => onChange(["all"]) }],
          names.map((title) => ({ title, checked: to.includes(title), run: () => toggle(title) })),
        ]}
      >
        {(opener) => (
          <button
            type="button"
            className="recipients-open"
            aria-label={`To ${to.join(", ")}. Choose recipients`}
            {...opener}
          >
            To <Icon name="down" />
          </button>
        )}
      </Menu>
      {to.slice(0, SHOWN).map((name) => (
        <Chip key={name} name={name} onRemove={chosen ? () => toggle(name) : undefined}>
          {name !== "all" && <AgentMark name={name} />}
          {name === "all" ? "all agents" : name}
        </Chip>
      ))}
      {to.length > SHOWN && <span className="meta">+{to.length - SHOWN}</span>}
    </div>
  );
}
