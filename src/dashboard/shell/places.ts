import type { Room } from "../route/rooms.ts";
import { roomOf, rooms, roomsAt } from "../route/rooms.ts";
import { go, route, type Route } from "../route/route.ts";
import { layout, type Layout } from "./layout.ts";

/** What is where in the window. */
export interface Places {
  /** Tabs of the centre, and which one is shown; undefined when the address names a room there is not. */
  centre: Room[];
  shown: Room | undefined;
  /** Tabs of the side; empty where the window is too narrow for one. */
  side: Room[];
  beside: Room | undefined;
}

/** Where an address puts the rooms in a window of this width. */
export function placesOf({ room, side }: Route, width: Layout): Places {
  const centre = roomsAt("centre");
  const sides = roomsAt("side");
  const named = roomOf(room);
  const unknown = room !== undefined && !named;
  if (width === "phone")
    return { centre: rooms, shown: unknown ? undefined : (named ?? rooms[0]), side: [], beside: undefined };
  const inCentre = named?.dock === "left" ? undefined : named;
  if (width === "middle") {
    const all = [...centre, ...sides];
    return { centre: all, shown: unknown ? undefined : (inCentre ?? all[0]), side: [], beside: undefined };
  }
  // A link to a room of the side shows it there, beside the first room of the centre.
  const linked = inCentre?.dock === "side" ? inCentre : undefined;
  return {
    centre,
    shown: unknown ? undefined : linked ? centre[0] : (inCentre ?? centre[0]),
    side: sides,
    beside: linked ?? sides.find(({ id }) => id === side) ?? sides[0],
  };
}

/** Goes to a room, wherever it is in a window of this width; `params` say what to open in it. */
export function goToRoom(id: string, params: Record<string, string> = {}): void {
  const width = layout();
  const { shown, beside } = placesOf(route(), width);
  const toSide = width === "wide" && roomOf(id)?.dock === "side";
  const leaving = toSide ? beside : shown;
  const forgotten = leaving && leaving.id !== id ? (leaving.params ?? []) : [];
  const gone = Object.fromEntries(forgotten.map((name) => [name, undefined]));
  go({ ...gone, ...(toSide ? { room: shown?.id, side: id } : { room: id }), ...params });
}
