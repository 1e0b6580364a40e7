import type { Urgency } from "../../contract/message.ts";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";

const URGENCIES: { urgency: Urgency; title: string; about: string }[] = [
  { urgency: "now", title: "Now", about: "Between two of its tool calls" },
  { urgency: "turn-end", title: "At turn end", about: "Before it comes to rest" },
  { urgency: "idle", title: "When idle", about: "Only once it rests" },
  { urgency: "interrupt", title: "Interrupt", about: "Stop its turn, then deliver" },
];

/** When the message may arrive. */
export function UrgencyMenu({ urgency, onChange }: { urgency: Urgency; onChange: (urgency: Urgency) => void }) {
  const chosen = URGENCIES.find((one) => one.urgency === urgency)?.title ?? urgency;
  return (
    <Menu
      label="When it may arrive"
      groups={[
        URGENCIES.map(({ urgency: one, title, about }) => ({
          title,
          about,
          checked: one === urgency,
          run: () => onChange(one),
        })),
      ]}
    >
      {(opener) => (
        <button
          type="button"
          className="urgency"
          data-strong={urgency === "interrupt"}
          data-tip="When it may arrive"
          aria-label={`Arrives: ${chosen}`}
          {...opener}
        >
          {chosen} <Icon name="down" />
        </button>
      )}
    </Menu>
  );
}
