/*
 * npm run build: src → dist. TypeScript becomes JavaScript file by file (the package ships readable code and the same
 * folders as the source), the dashboard is bundled into dist/page. Built beside and swapped in whole, so that a failed
 * build leaves the old one in place.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { root, sourceHash } from "./setup.js";

const next = path.join(root, ".cache", "dist-" + process.pid);
const dist = path.join(root, "dist");
const sources = sourceHash();

fs.rmSync(next, { recursive: true, force: true });
run("typescript/bin/tsc", ["-p", "tsconfig.build.json", "--outDir", next]);
for (const file of assets(path.join(root, "src"))) {
  const target = path.join(next, path.relative(path.join(root, "src"), file));
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(file, target);
}
if (fs.existsSync(path.join(root, "src", "dashboard", "index.html"))) {
  run("vite/bin/vite.js", ["build", "src/dashboard", "--outDir", path.join(next, "page"), "--emptyOutDir"]);
}
fs.writeFileSync(path.join(next, ".sources"), sources);
fs.rmSync(dist, { recursive: true, force: true });
fs.renameSync(next, dist);

/** Files that are neither TypeScript nor part of the page, e.g. templates. */
function assets(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return file === path.join(root, "src", "dashboard") ? [] : assets(file);
    return /\.(ts|tsx|md)$/.test(entry.name) ? [] : [file];
  });
}

/** Runs an installed package's program with the Node that runs this. */
function run(program, args) {
  const done = spawnSync(process.execPath, [path.join(root, "node_modules", program), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  if (done.status === 0) return;
  fs.rmSync(next, { recursive: true, force: true });
  process.exit(done.status ?? 1);
}
