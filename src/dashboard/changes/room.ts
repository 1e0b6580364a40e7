import { RECENT_CHANGES } from "../../contract/recent-files.ts";
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
  count: ({ files: { changed } }) => {
    const count = changed.filter(({ author }) => author.kind !== "person").length;
    return count > 0 && changed.length >= RECENT_CHANGES ? `${count}+` : count;
  },
  Body: part(() => import("./changes.tsx").then(({ Changes }) => Changes)),
};
