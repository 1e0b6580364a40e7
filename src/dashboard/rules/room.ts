import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "rules",
  title: "Rules",
  icon: "rules",
  dock: "side",
  order: 30,
  keys: "g r",
  Body: lazy(() => import("./rules.tsx").then(({ Rules }) => ({ default: Rules }))),
};
