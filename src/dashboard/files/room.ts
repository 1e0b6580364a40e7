import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "files",
  title: "Files",
  icon: "files",
  dock: "centre",
  order: 40,
  keys: "g f",
  params: ["path", "line", "from"],
  Body: part(() => import("./files.tsx").then(({ Files }) => Files)),
};
