import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { FLOORS, violations } from "./source/floors.ts";
import { importsOf, root, sourceFiles, stringsOf, textOf } from "./source/read.ts";

const files = sourceFiles("src");

test("no file imports what its floor may not", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(files.reduce((sum, file) => sum + importsOf(file, textOf(file)).length, 0)).toBeGreaterThan(50);
  expect(files.flatMap((file) => violations(file, textOf(file)))).toEqual([]);
});

test("no floor may use a package that nothing on it uses", () => {
  const unused = Object.entries(FLOORS).flatMap(([floor, { npm }]) => {
    const used = files
      .filter((file) => file === `src/${floor}` || file.startsWith(`src/${floor}/`))
      .flatMap((file) => importsOf(file, textOf(file)).map(({ specifier = "" }) => specifier));
    return npm
      .filter((name) => !used.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
      .map((name) => `${floor}: ${name}`);
  });
  expect(unused).toEqual([]);
});

test.each([
  ["a forbidden floor", "src/core/x.ts", 'import { a } from "../server/http.ts";'],
  ["a type of a forbidden floor", "src/core/x.ts", 'import type { A } from "../ledger/sqlite.ts";'],
  ["an inline type import", "src/core/x.ts", 'let a: import("../ledger/sqlite.ts").A;'],
  ["a re-export", "src/client/x.ts", 'export { a } from "../core/agents.ts";'],
  ["a re-export of everything", "src/client/x.ts", 'export * from "../core/agents.ts";'],
  ["a dynamic import", "src/server/x.ts", 'const a = await import("../ledger/sqlite.ts");'],
  ["a computed import", "src/server/x.ts", "const a = await import(process.argv[2]);"],
  ["a require", "src/core/x.ts", 'const a = require("better-sqlite3");'],
  ["a package of another floor", "src/core/x.ts", 'import { z } from "zod";'],
  ["a part of a package of another floor", "src/server/x.ts", 'import x from "@lydell/node-pty/lib/x.js";'],
  ["Node where a browser must run", "src/contract/x.ts", 'import fs from "node:fs";'],
  ["an adapter using another", "src/ledger/x.ts", 'import { a } from "../terminal/host/main.ts";'],
  ["core beyond its ports from an adapter", "src/ledger/x.ts", 'import { a } from "../core/agents.ts";'],
  ["a service using another", "src/services/claude/x.ts", 'import { a } from "../codex/launch.ts";'],
  ["the command line loading the server at once", "src/cli/start.ts", 'import { a } from "../daemon.ts";'],
  ["another command loading the server", "src/cli/demo.ts", 'await import("../daemon.ts");'],
  ["a file on no floor", "src/helpers/x.ts", "export const a = 1;"],
  ["a file outside src", "src/cli/x.ts", 'import { a } from "../../test/rig/rig.ts";'],
])("the check sees %s", (_what, file, text) => {
  expect(violations(file, text)).toHaveLength(1);
});

test("what is agreed passes", () => {
  expect(violations("src/cli/start.ts", 'await import("../daemon.ts");')).toEqual([]);
  expect(violations("src/services/registry.ts", 'import { a } from "./claude/service.ts";')).toEqual([]);
  expect(
    violations(
      "src/services/claude/x.ts",
      'import { a } from "../../core/ports/service.ts"; import { b } from "./y.ts";',
    ),
  ).toEqual([]);
});

test("an operation's handler is found in core under the name of the file it is defined in", () => {
  const nouns = files.filter((file) => file.startsWith("src/contract/operations/")).map((file) => path.basename(file));
  expect(nouns.length).toBeGreaterThan(10);
  expect(nouns.filter((noun) => !files.includes(`src/core/${noun}`))).toEqual([]);
});

test("the page carries no schemas: what it loads at run time never leads to zod", () => {
  // routes.ts is the client's part for Node; the page asks the server for its routes.
  const pages = files.filter((file) => /^src\/(dashboard|client)\//.test(file) && file !== "src/client/routes.ts");
  expect(pages.length).toBeGreaterThan(0);
  const trail = new Map<string, string>(pages.map((file) => [file, file]));
  const reached: string[] = [];
  for (const [file, how] of trail) {
    for (const { specifier, typeOnly } of importsOf(file, textOf(file))) {
      if (typeOnly || specifier === undefined) continue;
      if (specifier === "zod") reached.push(`${how} → zod`);
      if (!specifier.startsWith(".") || !/\.tsx?$/.test(specifier)) continue;
      const target = path.posix.join(path.posix.dirname(file), specifier);
      if (!trail.has(target)) trail.set(target, `${how} → ${target}`);
    }
  }
  expect(reached).toEqual([]);
});

/** Ids of services: one folder each. */
const services = fs
  .readdirSync(path.join(root, "src/services"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test("no code outside services/ names a service: what a tool can do, its service alone says", () => {
  expect(services.length).toBeGreaterThanOrEqual(1);
  const outside = files.filter((file) => !file.startsWith("src/services/"));
  expect(outside.flatMap((file) => namings(file, textOf(file)))).toEqual([]);
});

test.each([
  'if (service === "claude") act();',
  "switch (s) { case `claude`: act(); }",
  "if (/^claude$/.test(s)) act();",
])("the check sees %s", (text) => {
  expect(namings("src/core/x.ts", text)).toHaveLength(1);
});

/** Strings that are nothing but a service's id. A description that mentions one in a sentence is no decision. */
function namings(file: string, text: string): string[] {
  return stringsOf(file, text)
    .filter(({ value }) => services.includes(value.replace(/^\^|\$$/g, "")))
    .map(({ value, line }) => `${file}:${line} names the service "${value}"`);
}
