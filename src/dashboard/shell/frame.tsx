import { createContext, Suspense, use, useEffect, useId, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { printKeys } from "../keys/command.ts";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { useLoaded, useView } from "../live/here.tsx";
import type { Room } from "../route/rooms.ts";
import { rooms } from "../route/rooms.ts";
import { RoomBoundary } from "./boundary.tsx";
import { goToRoom } from "./places.ts";

const Tools = createContext<HTMLElement | null>(null);

/** Puts a room's own controls at the end of its row of tabs. On a phone they stand above the room. */
export function RoomTools({ children }: { children: ReactNode }) {
  const place = use(Tools);
  return place && createPortal(children, place);
}

interface FrameProps {
  label: string;
  tabs: Room[];
  shown: Room | undefined;
}

/** One part of the window: tabs of its rooms above the one that is shown. */
export function Frame({ label, tabs, shown }: FrameProps) {
  const panel = useId();
  const [tools, setTools] = useState<HTMLElement | null>(null);
  const counts = useView(
    (view) => tabs.map(({ count }) => count?.(view) ?? 0),
    (a, b) => a.length === b.length && a.every((one, index) => one === b[index]),
  );
  return (
    <Tools value={tools}>
      <div className="frame-tabs">
        <Tabs
          label={label}
          panel={panel}
          selected={shown?.id ?? ""}
          onSelect={goToRoom}
          tabs={tabs.map(({ id, title, keys, urgent }, index) => ({
            id,
            title,
            count: counts[index] ?? 0,
            ...(keys && { keys: printKeys(keys) }),
            ...(urgent && { urgent }),
          }))}
        />
        <div className="frame-tools" ref={setTools} />
      </div>
      <div className="frame-body" id={panel} role="tabpanel" aria-label={shown?.title ?? "Nothing here"}>
        <RoomBody room={shown} />
      </div>
    </Tools>
  );
}

/** A room by itself, as a phone shows it. */
export function Alone({ room }: { room: Room | undefined }) {
  const [tools, setTools] = useState<HTMLElement | null>(null);
  return (
    <Tools value={tools}>
      <div className="frame-tools" ref={setTools} />
      <div className="frame-body">
        <RoomBody room={room} />
      </div>
    </Tools>
  );
}

/** A room once it and the workspace have come; a way on when there is no such room, or it broke. */
export function RoomBody({ room }: { room: Room | undefined }) {
  const loaded = useLoaded();
  useEffect(() => room?.Body.fetch(), [room]);
  if (!room) {
    const first = rooms.find(({ dock }) => dock === "centre");
    return (
      <Empty title="There is no such view" action={first && <a href={`./${first.id}`}>Go to {first.title}</a>}>
        The address may be of another version of Clustr.
      </Empty>
    );
  }
  return (
    <RoomBoundary key={room.id} title={room.title}>
      <Suspense fallback={<Skeleton />}>{loaded ? <room.Body meanwhile={<Skeleton />} /> : <Skeleton />}</Suspense>
    </RoomBoundary>
  );
}
