import { randomBytes } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { TerminalExit } from "../core/ports/terminal.ts";
import { privateFolder } from "./generation.ts";
import { readExit, readRecord, recordedIds, recordFolder, writeExit, writeRecord } from "./host/record.ts";
import { Segments } from "./host/segments.ts";

/** Stands for the host of a terminal that ran on another machine, or under another home. */
const ELSEWHERE = "elsewhere";
/** Bytes of one file of a journal; twice what a host ever writes into one. */
const FILE = 16 * 1_048_576;
/** The largest terminal there is; see `frames.ts` of the server. */
const MOST = { cols: 1_000, rows: 500 };

/**
 * Lets a terminal that ended elsewhere be read here: `journal` is a folder as a host keeps it, and may come from a stranger.
 * `at`: when it was last seen, ISO 8601, for one that had not ended by then. The host finds it when it is next asked what
 * there is. Rejects, and does nothing, when it is no journal or there is another terminal with this id; one that was adopted before is left as it is.
 */
export async function adoptTerminal(home: string, id: string, journal: string, at: string): Promise<void> {
  const known = await readRecord(home, id);
  if (known?.journal === journal) return;
  if (known) throw new Error("there is one of that name already");
  for (const name of await readdir(journal))
    if ((await stat(join(journal, name))).size > FILE) throw new Error("it is larger than a journal ever is");
  const { segments: kept, sizes } = await Segments.reopen(journal);
  if (sizes.some(({ cols, rows }) => cols < 2 || rows < 1 || cols > MOST.cols || rows > MOST.rows))
    throw new Error("its size is none of a terminal");
  const exit = trusted((await readExit(journal))?.exit) ?? { code: null, signal: null, at };
  await writeExit(journal, { exit, endOffset: kept.end, pid: 0 });
  await privateFolder(recordFolder(home));
  await writeRecord(home, { id, epoch: randomBytes(8).toString("hex"), host: ELSEWHERE, journal });
}

/** Ids of all agents that a terminal of this home is named after. */
export async function agentsWithTerminals(home: string): Promise<ReadonlySet<string>> {
  return new Set((await recordedIds(home)).flatMap((id) => id.split(".")[0] ?? []));
}

function trusted(exit: Partial<TerminalExit> | undefined): TerminalExit | undefined {
  const { code = null, signal = null, at } = exit ?? {};
  const isNumber = (value: unknown) => value === null || Number.isSafeInteger(value);
  const isSound = isNumber(code) && isNumber(signal) && typeof at === "string" && !Number.isNaN(Date.parse(at));
  return isSound ? { code, signal, at } : undefined;
}
