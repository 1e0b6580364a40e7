import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "context",
  title: "Context",
  icon: "context",
  dock: "side",
  order: 20,
  keys: "g x",
  Body: lazy(() => import("./panel.tsx").then(({ ContextPanel }) => ({ default: ContextPanel }))),
};
