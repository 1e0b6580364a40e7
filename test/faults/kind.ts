import { readdir } from "node:fs/promises";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/**
 * One kind of fault. A file in `kinds/` that exports these plugs in by being there. `run` starts the world, puts it under
 * load, breaks something, and returns when the fault is over; it may say what it saw to be wrong (`world.violate`), and
 * that it cannot be done on this machine (`world.skip`). The invariants are checked after it, whatever the kind.
 */
export interface Kind {
  /** As in the name of its file. */
  name: string;
  /** How often it comes in a mixed run, compared with others: 1 unless given. */
  share?: number;
  run(world: World, random: Random, signal: AbortSignal): Promise<void>;
}

/** Every kind there is, by name. */
export async function kinds(): Promise<Kind[]> {
  const folder = new URL("./kinds/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts")).toSorted();
  return Promise.all(files.map(async (file) => (await import(new URL(file, folder).href)) as Kind));
}

/** Kinds in the order in which `runs` of them are made, each in proportion to its share, well mixed. */
export function schedule(all: readonly Kind[], runs: number): Kind[] {
  const total = all.reduce((sum, { share = 1 }) => sum + share, 0);
  const made = new Map<Kind, number>();
  return Array.from({ length: runs }, (_, i) => {
    const due = (kind: Kind): number => ((kind.share ?? 1) / total) * (i + 1) - (made.get(kind) ?? 0);
    const next = all.toSorted((a, b) => due(b) - due(a))[0];
    if (!next) throw new Error("There is no kind of fault to run.");
    made.set(next, (made.get(next) ?? 0) + 1);
    return next;
  });
}
