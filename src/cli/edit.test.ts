import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";

let server: WireServer;
let home: Home;
/** Folders that commands may have left behind on purpose. */
let kept: string[];

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: home.path }]);
  server.answer("rules.read", () => ({ text: "# Rules\n", revision: 4, by: "human" }));
  server.answer("rules.update", () => ({ text: "", revision: 5, by: "human" }));
  home = new Home().serve(server);
  kept = [];
});
afterEach(async () => {
  for (const folder of kept) rmSync(folder, { recursive: true, force: true });
  home[Symbol.dispose]();
  await server.kill();
});

/** Edits the rules with a shell command as the editor; it finds the file in `$1` and keeps its path and mode. */
async function edit(command: string, more: Record<string, string> = {}) {
  home.file(
    "editor.sh",
    `printf %s "$1" > seen; stat -c %a "$1" > mode 2>/dev/null || stat -f %Lp "$1" > mode; ${command}\n`,
  );
  const env = { PATH: process.env["PATH"] ?? "", EDITOR: `sh '${home.path}/editor.sh'`, ...more };
  const ran = await home.run(["rules", "edit"], { cwd: home.path, terminal: true, env });
  const seen = readFileSync(`${home.path}/seen`, "utf8");
  kept.push(dirname(seen));
  return {
    ...ran,
    seen,
    mode: readFileSync(`${home.path}/mode`, "utf8").trim(),
    updates: server.calls.filter(({ name }) => name === "rules.update").map(({ input }) => input),
  };
}

test("what was saved becomes the rules, unless they changed meanwhile; the copy is private and goes away", async () => {
  const { code, out, mode, seen, updates } = await edit('echo "Be kind." >> "$1"');
  expect({ code, out, mode }).toEqual({
    code: 0,
    out: "The rules are at revision 5; running agents are told.\n",
    mode: "600",
  });
  expect(updates).toEqual([{ text: "# Rules\nBe kind.\n", expect_revision: 4 }]);
  expect(existsSync(dirname(seen))).toBe(false);
});

test("VISUAL comes before EDITOR", async () => {
  const { updates } = await edit('echo visual > "$1"', { VISUAL: `sh '${home.path}/editor.sh'`, EDITOR: "false" });
  expect(updates).toEqual([{ text: "visual\n", expect_revision: 4 }]);
});

test("an unchanged text changes nothing", async () => {
  expect(await edit("true")).toMatchObject({ code: 0, out: "Nothing was changed.\n", updates: [] });
});

test("a failing editor changes nothing and the text is kept", async () => {
  const { code, err, seen, updates } = await edit('echo half >> "$1"; exit 3');
  expect(code).toBe(2);
  expect(err).toContain(`ended with 3; the rules are unchanged. Your text was kept in ${seen}`);
  expect(updates).toEqual([]);
  expect(readFileSync(seen, "utf8")).toContain("half");
  expect(statSync(dirname(seen)).mode & 0o777).toBe(0o700);
});

test("a change by someone else meanwhile loses neither text", async () => {
  server.answer("rules.update", () => {
    throw { code: "conflict", message: "The rules are at revision 6 by ada, not 4; nothing was changed." };
  });
  const { code, err, seen } = await edit('echo mine >> "$1"');
  expect(code).toBe(5);
  expect(err).toBe(
    `clustr: The rules are at revision 6 by ada, not 4; nothing was changed. Your text was kept in ${seen}\n`,
  );
  expect(readFileSync(seen, "utf8")).toContain("mine");
});

test.each([
  ["without a terminal", ["rules", "edit"], false],
  ["with --json", ["rules", "edit", "--json"], true],
])("%s no editor is opened", async (_how, line, terminal) => {
  const { code, err } = await home.run(line, { terminal, cwd: home.path });
  expect(code).toBe(2);
  expect(err).toContain('Use "clustr rules set -"');
  expect(server.calls).toEqual([]);
});
