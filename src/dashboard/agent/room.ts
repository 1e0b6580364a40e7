import { lazy } from "react";
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
  Body: lazy(() => import("./terminals.tsx").then(({ TerminalRoom }) => ({ default: TerminalRoom }))),
};
