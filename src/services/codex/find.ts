import { realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findOnPath, isExecutable } from "../program.ts";

/** Folders of the executables that npm installs beside its wrapper, by Node's names for platform and processor. */
export const TARGETS: Record<string, string> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/** The `codex` a shell with this PATH would run, as the executable behind npm's wrapper where there is one; undefined when there is none. */
export async function findCodex(path: string | undefined): Promise<string | undefined> {
  const found = await findOnPath(path, ["codex"]);
  return found === undefined ? undefined : ((await nativeBehind(found)) ?? found);
}

/**
 * The wrapper is a Node process that only starts the executable: 50 MB for nothing, and signals meet it first. Undefined
 * when this is no npm wrapper, or its executable is not where npm puts it.
 */
async function nativeBehind(found: string): Promise<string | undefined> {
  const real = await realpath(found);
  const name = `${process.platform}-${process.arch}`;
  const target = TARGETS[name];
  if (!real.endsWith(".js") || !target) return undefined;
  const own = join(dirname(real), "..", "vendor");
  const places = [own];
  try {
    places.unshift(join(dirname(createRequire(real).resolve(`@openai/codex-${name}/package.json`)), "vendor"));
  } catch {
    // Not installed as a package of its own: some releases carry it in the wrapper's package.
  }
  for (const place of places) {
    const native = join(place, target, "bin", "codex");
    if (await isExecutable(native)) return native;
  }
  return undefined;
}
