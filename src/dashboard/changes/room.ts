import { lazy } from "react";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "changes",
  title: "Changes",
  icon: "changes",
  dock: "centre",
  order: 30,
  keys: "g c",
  phone: "Changes",
  params: ["file", "by"],
  count: ({ files }) => files.changed.filter(({ author }) => author.kind !== "person").length,
  Body: lazy(() => import("./changes.tsx").then(({ Changes }) => ({ default: Changes }))),
};
