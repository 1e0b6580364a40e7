import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "context",
  title: "Context",
  icon: "context",
  dock: "side",
  order: 20,
  keys: "g x",
  params: ["key"],
  Body: part(() => import("./context.tsx").then(({ Context }) => Context)),
};
