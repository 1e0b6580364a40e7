import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "rules",
  title: "Rules",
  icon: "rules",
  dock: "side",
  order: 30,
  keys: "g r",
  Body: part(() => import("./rules.tsx").then(({ Rules }) => Rules)),
};
