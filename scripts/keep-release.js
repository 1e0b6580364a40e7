/*
 * npm run keep-release
 *
 * Keeps what later releases must go on serving, as this one makes it, in `test/releases/<version>/`: its terminal host, and
 * a small home written by its server. To be run, and committed, when a version is released. `test/e2e/releases.test.ts`
 * holds every later server against it.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build, install, nodeAtLeast, root } from "./setup.js";

const node = await nodeAtLeast([24, 0]);
await install(".", "packages");
await build(node);
const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const target = path.join(root, "test/releases", version);
if (fs.existsSync(target)) {
  console.error(`${path.relative(process.cwd(), target)} is there: releases do not change. Nothing was done; for a new
one, raise the version in package.json; one that was never released may be deleted first.`);
  process.exit(1);
}
fs.mkdirSync(target);
await bundleHost();
const done = spawnSync(node, [path.join(root, "test/releases/record.ts"), target], { cwd: root, stdio: "inherit" });
if (done.status !== 0) fs.rmSync(target, { recursive: true });
process.exit(done.status ?? 1);

/** The host's own code as one file; packages are taken from wherever it is run. */
async function bundleHost() {
  const vite = await import("vite");
  await vite.build({
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: path.join(root, "dist/terminal/host/main.js"),
      outDir: target,
      emptyOutDir: false,
      minify: false,
      target: "node22",
      rolldownOptions: { output: { entryFileNames: "host.js" } },
    },
  });
}
