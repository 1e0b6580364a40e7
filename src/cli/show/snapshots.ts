import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { ago, plain, plainPath, type Style } from "./style.ts";
import { table } from "./table.ts";

type Snapshot = Output<Operations["snapshot.list"]>[number];

/** Characters of an id that are shown: enough to name one by. */
const ID = 12;
/** Files that are named one by one. */
const NAMED = 50;

/** A table of snapshots, ids cut. */
export function showSnapshots(snapshots: Snapshot[], style: Style): string {
  if (snapshots.length === 0) return "No snapshots yet. One is taken before every agent, or now with: clustr snapshot";
  const rows = snapshots.map(({ id, at, label, skipped_count }) => [
    id.slice(0, ID),
    ago(at, style.now),
    skipped_count === 0 ? "" : `${skipped_count} not kept`,
    plain(label),
  ]);
  return table(style, ["ID", "TAKEN", "", "WHAT FOR"], rows);
}

/** One snapshot that was just taken, with what it does not hold. */
export function showSnapshot({ id, label, skipped, skipped_count }: Snapshot, style: Style): string {
  const lines = [`${id.slice(0, ID)}  ${plain(label)}`];
  if (skipped_count > 0) lines.push(`Not kept, and never touched by restoring (${skipped_count}):`);
  for (const { path, why } of skipped.slice(0, NAMED))
    lines.push(`  ${plainPath(path)}  ${style.paint("dim", why.replace("_", " "))}`);
  return lines.join("\n");
}

/** What a restore did or would do, file by file. */
export function showRestore(output: Output<Operations["snapshot.restore"]>, style: Style): string {
  const { dry_run, files, total, left } = output;
  if (total === 0 && left.length === 0) return "The folder is already as it was in that snapshot.";
  const lines = files
    .slice(0, NAMED)
    .map(({ path, what }) => `${style.paint("dim", what.padEnd(8))}  ${plainPath(path)}`);
  if (total > NAMED) lines.push(style.paint("dim", `… and ${total - NAMED} more; --json has them`));
  if (left.length > 0)
    lines.push(
      "",
      "Left as they are: somebody changed them at that moment, or their content is missing or could not be written:",
      ...left.map((path) => `  ${plainPath(path)}`),
    );
  lines.push(
    "",
    dry_run
      ? `${total} files would change; nothing was changed.`
      : `${total} files restored. Undo it with: clustr undo`,
  );
  return lines.join("\n");
}
