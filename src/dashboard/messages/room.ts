import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";
import { countUnread } from "./unread.ts";

export const room: Room = {
  id: "messages",
  title: "Messages",
  icon: "messages",
  dock: "side",
  order: 10,
  params: ["message", "seq", "who", "what", "rung", "find"],
  keys: "g m",
  phone: "Messages",
  count: countUnread,
  Body: part(() => import("./panel.tsx").then(({ MessagePanel }) => MessagePanel)),
};
