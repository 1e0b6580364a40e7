import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { plain, type Style } from "./style.ts";

const MARKS = { file: "", folder: "/", link: "@", other: "|" };

/** Names one a line, as `ls -F` marks them; what is ignored is dim. */
export function showFiles({ entries, next, complete }: Output<Operations["file.list"]>, style: Style): string {
  const lines = entries.map(({ name, kind, ignored }) => {
    const line = plain(name) + MARKS[kind];
    return ignored ? style.paint("dim", line) : line;
  });
  if (next !== undefined) lines.push(style.paint("dim", `There is more: --after ${plain(next)}`));
  if (!complete) lines.push(style.paint("dim", "There is more than can be looked at."));
  return lines.join("\n");
}
