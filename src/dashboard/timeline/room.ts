import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "timeline",
  title: "Timeline",
  icon: "timeline",
  dock: "centre",
  order: 50,
  keys: "g t",
  params: ["event", "of", "kinds"],
  Body: part(() => import("./timeline.tsx").then(({ Timeline }) => Timeline)),
};
