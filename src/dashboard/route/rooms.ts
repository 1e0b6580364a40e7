import type { View } from "../../contract/view.ts";
import type { Tally } from "../controls/tabs.tsx";
import type { IconName } from "../controls/icon.tsx";
import type { Command } from "../keys/command.ts";
import type { Part } from "./part.tsx";
import { whenAtRest } from "./rest.ts";

/**
 * A room: one screen of the dashboard. Each folder that has one exports it as `room` from its `room.ts`; that is all it
 * takes to be in the tabs, the address, the palette and the keys.
 */
export interface Room {
  /** Its word in the address. */
  id: string;
  title: string;
  icon: IconName;
  /**
   * Where it is at home. Where the window is too narrow for a side, rooms of the side become tabs of the centre. On the
   * left are the agents alone.
   */
  dock: "left" | "centre" | "side";
  /** Its place among its neighbours, from small to large. */
  order: number;
  /** Parameters of the address that belong to it, e.g. `path`: forgotten when another room takes its place. */
  params?: string[];
  /** Keys that go there, e.g. `g c`. */
  keys?: string;
  /** Among the bottom tabs of a phone, with this title; the others are behind "More". */
  phone?: string;
  /** How much waits there. Must be cheap: it is asked once a frame. */
  count?: (view: View) => Tally;
  /** The count needs a person, and is shown in amber. */
  urgent?: boolean;
  Body: Part;
}

/** Every `room.ts` in a folder beside this one: adding a room is adding a folder. */
const found = import.meta.glob<{ room: Room }>("../*/room.ts", { eager: true });

export const rooms: Room[] = Object.values(found)
  .map(({ room }) => room)
  .sort((a, b) => a.order - b.order);

// A room opens without contact, too.
for (const { Body } of rooms) whenAtRest(Body.fetch);

/** The rooms of one part of the window, in order. */
export function roomsAt(dock: Room["dock"]): Room[] {
  return rooms.filter((room) => room.dock === dock);
}

export function roomOf(id: string | undefined): Room | undefined {
  return rooms.find((room) => room.id === id);
}

/** Every `commands.ts` beside the rooms: what can be done from anywhere, without the room being loaded. */
const commandFiles = import.meta.glob<{ commands: Command[] }>(["../*/commands.ts", "!../shell/commands.ts"], {
  eager: true,
});

export const ownCommands: Command[] = Object.values(commandFiles).flatMap(({ commands }) => commands);

/** A command of a folder that may not be there, to offer it in a place of its own. */
export function commandOf(id: string): Command | undefined {
  return ownCommands.find((command) => command.id === id);
}
