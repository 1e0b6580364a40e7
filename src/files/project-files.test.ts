import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { hasCode } from "../contract/error.ts";
import { projectFiles } from "./project-files.ts";

it("never reads outside, however fast a folder on the way is swapped for a link and back", async () => {
  const place = realpathSync(mkdtempSync("/tmp/pf-"));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const root = path.join(place, "project");
  mkdirSync(path.join(root, "d"), { recursive: true });
  mkdirSync(path.join(place, "secret"));
  writeFileSync(path.join(root, "d", "f"), "inside");
  writeFileSync(path.join(place, "secret", "f"), "secret");
  const files = projectFiles(root);
  const seen = new Set<string>();
  const until = Date.now() + 400;
  let reading = true;
  const swapping = (async () => {
    while (reading) {
      renameSync(path.join(root, "d"), path.join(root, "was"));
      symlinkSync(path.join(place, "secret"), path.join(root, "d"));
      await new Promise(setImmediate);
      unlinkSync(path.join(root, "d"));
      renameSync(path.join(root, "was"), path.join(root, "d"));
      await new Promise(setImmediate);
    }
  })();
  // On a busy machine it goes on until the swap was met.
  while (Date.now() < until || (!(seen.has("inside") && seen.has("forbidden")) && Date.now() < until + 10_000)) {
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        try {
          seen.add(new TextDecoder().decode((await files.read("d/f", 0, 100)).bytes));
        } catch (error) {
          if (!hasCode(error, "forbidden", "not_found", "invalid")) throw error;
          seen.add(error.code);
        }
      }),
    );
  }
  reading = false;
  await swapping;
  expect(seen).toContain("inside");
  expect(seen).toContain("forbidden");
  expect(seen).not.toContain("secret");
});
