import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** All the page is made from. */
const SOURCES = ["src/dashboard", "src/client", "src/contract", "package-lock.json"];
const KEPT = join(ROOT, ".cache/pages");
/** Pages of other sources that nobody has asked for since are thrown away. */
const KEPT_MS = 3_600_000;

let building: Promise<string> | undefined;

/**
 * Folder of the page as people get it, made from the sources as they are: built once for all who test them. Under a test
 * runner alone it would carry what only developers need.
 */
export function builtPage(): Promise<string> {
  return (building ??= keptOrBuilt());
}

async function keptOrBuilt(): Promise<string> {
  const folder = join(KEPT, await nameOfSources());
  const now = new Date();
  // Using it is what keeps it; one that is not there cannot be touched.
  const there = await utimes(folder, now, now).then(
    () => true,
    () => false,
  );
  if (there) return folder;
  const beside = `${folder}.${process.pid}`;
  await buildInto(beside);
  // Whoever else was building it meanwhile has made the same.
  await rename(beside, folder).catch(() => rm(beside, { recursive: true, force: true }));
  await dropOld();
  return folder;
}

async function buildInto(folder: string): Promise<void> {
  const { build } = await import("vite");
  const root = join(ROOT, "src/dashboard");
  const { NODE_ENV } = process.env;
  process.env["NODE_ENV"] = "production";
  try {
    await mkdir(KEPT, { recursive: true });
    await build({
      configFile: join(root, "vite.config.ts"),
      root,
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = NODE_ENV;
  }
}

/** The same for the same sources only. */
async function nameOfSources(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES)
    for (const file of await filesBelow(source)) {
      if (/\.test\.tsx?$/.test(file)) continue;
      hash
        .update(`${file}\0`)
        .update(await readFile(join(ROOT, file)))
        .update("\0");
    }
  return hash.digest("hex").slice(0, 16);
}

async function filesBelow(source: string): Promise<string[]> {
  if ((await stat(join(ROOT, source))).isFile()) return [source];
  const found = await readdir(join(ROOT, source), { recursive: true, withFileTypes: true });
  return found
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(ROOT.length)] : []))
    .sort();
}

async function dropOld(): Promise<void> {
  for (const name of await readdir(KEPT)) {
    const { mtimeMs } = await stat(join(KEPT, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(join(KEPT, name), { recursive: true, force: true });
  }
}
