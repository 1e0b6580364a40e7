import { damageIn, type Repaired } from "../../core/ports/damage.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import type { AnyFact } from "../record.ts";
import type { CopyKeeping } from "./keep-copies.ts";
import { openSqliteLedger } from "./ledger.ts";
import { repairLedger } from "./repair-ledger.ts";

/**
 * Opens a ledger without which there is no server to ask what to do: a damaged one is mended unasked, with `lossless` only
 * where no acknowledged event is lost by that. `mended` then hears of it. Rejects as `openSqliteLedger` and `repairLedger`.
 */
export async function openMending<F extends AnyFact>(
  file: string,
  copies: CopyKeeping,
  { lossless, mended }: { lossless: boolean; mended(file: string, repaired: Repaired): void },
): Promise<Ledger<F>> {
  try {
    return await openSqliteLedger<F>(file, { copies });
  } catch (error) {
    if (damageIn(error) === undefined) throw error;
    mended(file, await repairLedger(file, { lossless }));
    return openSqliteLedger<F>(file, { copies });
  }
}

/** In words for a person. */
export function mendingOf(file: string, { damage, events, lost, aside }: Repaired): string {
  const begins =
    events > 0
      ? ""
      : " It begins empty: open your projects again with `clustr FOLDER`, and everything kept of each is there; limits, preferences and logins begin anew.";
  return `${file} was damaged (${damage ?? "no more"}) and has been mended; events kept: ${events}, lost: ${lost}. The damaged file is in ${aside ?? "no other place"}.${begins}`;
}
