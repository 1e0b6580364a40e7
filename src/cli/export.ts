import { resolve } from "node:path";
import type { Output } from "../contract/operation.ts";
import type { Operations } from "../contract/operations.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { plain } from "./show/style.ts";

/** Milliseconds; a large store of snapshots takes its time. */
const LONGEST = 3_600_000;

/** Lets `export` name a file as the shell does. */
export function addExporting({ command, input, client }: AddedCommand, io: Io): void {
  command.option("--to <file>", "The same as FILE");
  command.action(async () => {
    const { to } = command.opts<{ to?: string }>();
    const asked = (await input()) as { file?: string };
    const file = asked.file ?? to;
    if (file !== undefined) asked.file = resolve(io.cwd, file);
    const exported = await (await client()).call("workspace.export", asked, { signal: io.signal, timeoutMs: LONGEST });
    if (commonOf(command).json) printJson(io, exported);
    else print(io, showExported(exported));
  });
}

function showExported({ file, size, events, left_out }: Output<Operations["workspace.export"]>): string {
  const left = left_out.map((each) => `\nNot in it: ${plain(each)}`).join("");
  return `${plain(file)}  ${(size / 1_000_000).toFixed(1)} MB, ${events} events${left}\nIt holds what agents and people wrote, and contents of project files: keep it private. Back with: clustr import`;
}
