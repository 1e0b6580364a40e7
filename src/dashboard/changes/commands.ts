import { toFailure } from "../../contract/error.ts";
import { toast } from "../controls/toast.tsx";
import type { Command } from "../keys/command.ts";
import { hereNow } from "../live/here.tsx";
import { atClick } from "../route/part.tsx";
import { openOverlay } from "../shell/overlays.ts";

const Snapshots = atClick(() => import("./snapshots.tsx").then((module) => module.Snapshots));

export const commands: Command[] = [
  {
    id: "changes.undo",
    title: "Undo the latest rollback or restore",
    group: "Changes",
    keys: "z",
    when: () =>
      hereNow()
        ?.live.newest()
        .view?.files.rollbacks.some(({ undone }) => !undone) ?? false,
    run: () => {
      hereNow()
        ?.client.call("change.undo", {})
        .then(
          ({ files }) => toast(`Undone: ${files.length} file${files.length === 1 ? "" : "s"} as before.`),
          (error: unknown) => toast(toFailure(error).message, { trouble: true }),
        );
    },
  },
  {
    id: "snapshot.list",
    title: "Snapshots: look, take, restore…",
    group: "Changes",
    run: () => openOverlay(Snapshots),
  },
];
