import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "terminals",
  title: "Terminals",
  icon: "terminal",
  dock: "centre",
  order: 10,
  params: ["grid"],
  keys: "g g",
  phone: "Terminal",
  Body: part(() => import("./terminals.tsx").then(({ TerminalRoom }) => TerminalRoom)),
};
