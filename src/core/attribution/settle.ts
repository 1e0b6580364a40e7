import type { Undone } from "../../contract/files.ts";
import type { Tree } from "../ports/tree.ts";
import type { Known } from "./known.ts";
import { sameState } from "./plan.ts";
import { dependent, swapsOf, writeTogether } from "./write.ts";

/**
 * Which files of a rollback were written when its process died, as the folder shows. One that is between two names, gone
 * from here and not there yet, is finished: of all others what was not written stays as it is.
 */
export async function settle(files: readonly Undone[], tree: Tree, known: Known): Promise<Undone[]> {
  const written: Undone[] = [];
  for (const together of dependent(files)) {
    const swaps = swapsOf(together);
    const open = swaps.filter(({ path, next }) => !sameState(known.state(path), next));
    const begun = open.length < swaps.length;
    const asExpected = open.every(({ path, expected }) => sameState(known.state(path), expected));
    if (open.length === 0 || (begun && asExpected && (await writeTogether(open, tree, known)) === "done"))
      written.push(...together);
  }
  return written;
}
