import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "graph",
  title: "Graph",
  icon: "graph",
  dock: "centre",
  order: 60,
  keys: "g w",
  params: ["as"],
  Body: part(() => import("./graph.tsx").then(({ Graph }) => Graph)),
};
