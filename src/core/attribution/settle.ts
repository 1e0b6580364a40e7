import type { Undone } from "../../contract/files.ts";
import type { Tree } from "../ports/tree.ts";
import type { Known } from "./known.ts";
import { sameState } from "./same-state.ts";
import { dependent, swapsOf, writeTogether } from "./write.ts";

/**
 * Finishes a rollback in which its process died: what the folder shows as written counts, and what was not written is,
 * unless somebody has changed it meanwhile. Gives the files that are written now; the others are as they were. So whoever
 * asks again gets all of it, and a rollback is never known as done while half of it is not.
 */
export async function settle(files: readonly Undone[], tree: Tree, known: Known): Promise<Undone[]> {
  const written: Undone[] = [];
  for (const together of dependent(files)) {
    const swaps = swapsOf(together);
    const open = swaps.filter(({ path, next }) => !sameState(known.state(path), next));
    const asExpected = open.every(({ path, expected }) => sameState(known.state(path), expected));
    if (open.length === 0 || (asExpected && (await writeTogether(open, tree, known)) === "done"))
      written.push(...together);
  }
  return written;
}
