import { part } from "../route/part.tsx";
import type { Room } from "../route/rooms.ts";
import { countWaiting } from "./waiting.ts";

export const room: Room = {
  id: "inbox",
  title: "Inbox",
  icon: "inbox",
  dock: "centre",
  order: 20,
  params: ["item"],
  keys: "g i",
  count: countWaiting,
  urgent: true,
  Body: part(() => import("./inbox.tsx").then(({ Inbox }) => Inbox)),
};
