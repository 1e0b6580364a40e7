import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "graph",
  title: "Graph",
  icon: "graph",
  dock: "centre",
  order: 60,
  keys: "g w",
  params: ["as"],
  Body: lazy(() => import("./graph.tsx").then(({ Graph }) => ({ default: Graph }))),
};
