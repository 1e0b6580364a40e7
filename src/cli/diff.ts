import type { Output } from "../contract/operation.ts";
import type { Operations } from "../contract/operations.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { showDiff, showDiffStat } from "./show/changes.ts";
import { styleOf } from "./show/style.ts";

/** Lets `diff` count instead of print; a count has all files on it, however many pages they are. */
export function addCounting({ command, input, call }: AddedCommand, io: Io): void {
  command.option("--stat", "Only count, one line a file").action(async () => {
    const { stat } = command.opts<{ stat?: boolean }>();
    const asked = await input();
    const diff = stat ? await everyPage(call, { limit: 500, ...asked, detail: "counts" }) : await page(call, asked);
    if (commonOf(command).json) printJson(io, diff);
    else print(io, (stat ? showDiffStat : showDiff)(diff, styleOf(io)));
  });
}

type Diff = Output<Operations["change.diff"]>;
type Call = AddedCommand["call"];

async function page(call: Call, input: Record<string, unknown>): Promise<Diff> {
  return (await call(input)).output as Diff;
}

async function everyPage(call: Call, input: Record<string, unknown>): Promise<Diff> {
  const { next, ...first } = await page(call, input);
  const files = [...first.files];
  for (let after = next; after !== undefined;) {
    const more = await page(call, { ...input, after });
    files.push(...more.files);
    after = more.next;
  }
  return { ...first, files };
}
