import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "context",
  title: "Context",
  icon: "context",
  dock: "side",
  order: 20,
  keys: "g x",
  params: ["key"],
  Body: lazy(() => import("./context.tsx").then(({ Context }) => ({ default: Context }))),
};
