import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "./source/read.ts";

const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((name) => name !== "" && fs.existsSync(path.join(root, name)));

/** What would tie the project to one person's machine. The words are put together here so that this file passes itself. */
const TIES: { what: string; pattern: RegExp }[] = [
  { what: "an address of a package registry", pattern: new RegExp(["registry", "npmjs", "org"].join("\\."), "i") },
  { what: "an address of a package", pattern: /https?:\/\/[^\s"']+\.tgz\b/ },
  {
    what: "the folder of a machine",
    pattern: new RegExp(
      `(^|[\\s"'\`(=:])/(${["work", "root"].join("|")}|(home|Users)/(?!you\\b|me\\b|USER\\b|ada\\b|tester\\b)[a-z])[a-z0-9._-]*/`,
      "m",
    ),
  },
];

function ties(text: string): string[] {
  return TIES.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what);
}

test("no tracked file holds a path of somebody's machine or the address of a registry", () => {
  expect(tracked.length).toBeGreaterThan(50);
  const found = tracked.flatMap((name) =>
    ties(fs.readFileSync(path.join(root, name), "utf8")).map((what) => `${name}: ${what}`),
  );
  expect(found).toEqual([]);
});

test.each([
  `cd /${"work"}/main`,
  `"/${"root"}/.npmrc/"`,
  `/${"home"}/bob/src`,
  `"https://${["registry", "npmjs", "org"].join(".")}/a"`,
  `https://x.test/a/-/a-1.0.0.${"tgz"}`,
])("the check sees %s", (text) => {
  expect(ties(text)).not.toEqual([]);
});

test("lock files say what is installed, not from where", () => {
  const locks = tracked.filter((name) => path.basename(name) === "package-lock.json");
  expect(locks.length).toBeGreaterThanOrEqual(3);
  for (const name of locks) {
    const { packages } = JSON.parse(fs.readFileSync(path.join(root, name), "utf8")) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const installed = Object.entries(packages).filter(([where]) => where !== "");
    expect(installed.length, name).toBeGreaterThan(0);
    expect(
      installed.filter(([, entry]) => entry.resolved !== undefined).map(([where]) => where),
      name,
    ).toEqual([]);
    expect(
      installed.filter(([, entry]) => !entry.integrity).map(([where]) => where),
      name,
    ).toEqual([]);
  }
});

test("every folder with a lock file keeps addresses out of it when packages are added", () => {
  for (const name of tracked.filter((file) => path.basename(file) === "package-lock.json")) {
    const npmrc = fs.readFileSync(path.join(root, path.dirname(name), ".npmrc"), "utf8");
    expect(npmrc, name).toContain("omit-lockfile-registry-resolved=true");
  }
});
