/*
 * npm run check: everything that is wrong without running the program. `checks` is also part of `npm test`, which runs
 * the floors with the other tests.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nodeAtLeast, root } from "./setup.js";

/** Each check: what it keeps, the installed program that looks, and a file without which there is nothing to look at. */
const CHECKS = [
  { name: "format", program: "oxfmt/bin/oxfmt", args: ["--check", "."] },
  { name: "lint", program: "oxlint/bin/oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "types", program: "typescript/bin/tsc", args: ["-p", "."] },
  { name: "types of what a browser loads", program: "typescript/bin/tsc", args: ["-p", "tsconfig.browser.json"] },
  {
    name: "types of the dashboard",
    program: "typescript/bin/tsc",
    args: ["-p", "src/dashboard"],
    needs: "src/dashboard/tsconfig.json",
  },
  { name: "unused files, exports and packages", program: "knip/bin/knip.js", args: ["--no-progress"] },
];

/** Runs every check, prints what failed, and counts. */
export function check(node) {
  const count = { passed: 0, failed: 0 };
  for (const { name, program, args, needs } of CHECKS) {
    if (needs !== undefined && !fs.existsSync(path.join(root, needs))) continue;
    const began = Date.now();
    const done = spawnSync(node, [path.join(root, "node_modules", program), ...args], {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 64_000_000,
      env: { ...process.env, NO_COLOR: "1" },
    });
    const ok = done.status === 0;
    count[ok ? "passed" : "failed"]++;
    console.log((ok ? "✓ " : "✗ ") + name + "  (" + ((Date.now() - began) / 1000).toFixed(1) + " s)");
    if (!ok) console.log(((done.stdout ?? "") + (done.stderr ?? "") + (done.error ?? "")).trimEnd());
  }
  return count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = await nodeAtLeast([24, 0]);
  const { failed } = check(node);
  const floors = spawnSync(node, [path.join(root, "node_modules/vitest/vitest.mjs"), "run", "test/floors.test.ts"], {
    cwd: root,
    stdio: "inherit",
  });
  process.exit(failed > 0 || floors.status !== 0 ? 1 : 0);
}
