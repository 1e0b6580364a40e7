import "./bottom-tabs.css";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";
import { Count } from "../controls/tabs.tsx";
import { useView } from "../live/here.tsx";
import type { Room } from "../route/rooms.ts";
import { rooms } from "../route/rooms.ts";
import { goToRoom } from "./places.ts";

/** A phone's way from room to room: the most wanted ones, and the rest behind "More". */
export function BottomTabs({ shown }: { shown: Room | undefined }) {
  const tabs = rooms.filter(({ phone }) => phone);
  const rest = rooms.filter(({ phone }) => !phone);
  const counts = useView(
    (view) => rooms.map(({ count }) => count?.(view) ?? 0),
    (a, b) => a.every((one, index) => one === b[index]),
  );
  const countOf = (room: Room) => counts[rooms.indexOf(room)] ?? 0;
  const hidden = rest.reduce((sum, room) => sum + (room.urgent ? Number(countOf(room)) : 0), 0);
  return (
    <nav className="bottom-tabs" aria-label="Views">
      {tabs.map((room) => (
        <button
          key={room.id}
          type="button"
          aria-current={room.id === shown?.id ? "page" : undefined}
          onClick={() => goToRoom(room.id)}
        >
          <Icon name={room.icon} />
          {room.phone}
          {countOf(room) !== 0 && <Count of={countOf(room)} {...(room.urgent && { urgent: true })} />}
        </button>
      ))}
      <Menu
        label="More views"
        groups={[
          rest.map((room) => ({
            title: room.title,
            icon: room.icon,
            ...(countOf(room) !== 0 && { keys: String(countOf(room)) }),
            run: () => goToRoom(room.id),
          })),
        ]}
      >
        {(opener) => (
          <button type="button" aria-current={shown && rest.includes(shown) ? "page" : undefined} {...opener}>
            <Icon name="more" />
            More
            {hidden > 0 && <Count of={hidden} urgent />}
          </button>
        )}
      </Menu>
    </nav>
  );
}
