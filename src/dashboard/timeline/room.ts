import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "timeline",
  title: "Timeline",
  icon: "timeline",
  dock: "centre",
  order: 50,
  keys: "g t",
  params: ["event", "of", "kinds"],
  Body: lazy(() => import("./timeline.tsx").then(({ Timeline }) => ({ default: Timeline }))),
};
