import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "terminals",
  title: "Terminals",
  icon: "terminal",
  dock: "centre",
  order: 10,
  keys: "g g",
  phone: "Terminal",
  Body: lazy(() => import("./panel.tsx").then(({ AgentPanel }) => ({ default: AgentPanel }))),
};
