import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";

export const room: Room = {
  id: "shells",
  title: "Shells",
  icon: "terminal",
  dock: "centre",
  order: 45,
  keys: "g s",
  params: ["shell"],
  count: (view) => view.shells.length,
  Body: part(() => import("./shells.tsx").then(({ Shells }) => Shells)),
};
