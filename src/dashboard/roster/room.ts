import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "agents",
  title: "Agents",
  icon: "agents",
  dock: "left",
  order: 0,
  keys: "g a",
  phone: "Agents",
  Body: part(() => import("./roster.tsx").then(({ Roster }) => Roster)),
};
