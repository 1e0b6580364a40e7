import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { privateFiles } from "./private-files.ts";

let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "cp-"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const modeOf = async (name: string): Promise<number> => (await stat(join(base, name))).mode & 0o777;

it("a file and the folders it lacks are their owner's alone, whatever the umask, and nothing else is left beside it", async () => {
  const files = privateFiles(base);
  await files.write("runs/a/agent.json", "one");
  await files.write("runs/a/agent.json", "two");
  expect(await readFile(join(base, "runs/a/agent.json"), "utf8")).toBe("two");
  expect(await readdir(join(base, "runs/a"))).toEqual(["agent.json"]);
  expect([await modeOf("runs/a"), await modeOf("runs/a/agent.json")]).toEqual([0o700, 0o600]);
});

it("a folder that was removed is made again", async () => {
  const files = privateFiles(base);
  await files.write("runs/b/agent.json", "one");
  await files.remove("runs/b");
  await files.write("runs/b/agent.json", "two");
  expect(await readFile(join(base, "runs/b/agent.json"), "utf8")).toBe("two");
});

it("no name leads out of the base", async () => {
  const files = privateFiles(base);
  for (const name of ["../x", "/etc/x", "a/../../x", ".hidden", "a//b", ""])
    await expect(files.write(name, "x"), name).rejects.toThrow("no name for a private file");
});
