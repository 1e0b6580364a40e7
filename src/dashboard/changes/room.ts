import { part } from "../route/part.tsx";
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
  Body: part(() => import("./changes.tsx").then(({ Changes }) => Changes)),
};
