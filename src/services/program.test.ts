import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askedOnce, findOnPath, isOlder, printed, usable, versionIn } from "./program.ts";

let place: string;
const env = { PATH: "/usr/bin:/bin" };
const { signal } = new AbortController();

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "cp-"));
});
afterEach(() => rm(place, { recursive: true, force: true }));

async function program(path: string, says: string, mode = 0o755): Promise<string> {
  const full = join(place, path);
  await mkdir(join(full, ".."), { recursive: true });
  await writeFile(full, `#!/bin/sh\n${says}\n`);
  await chmod(full, mode);
  return full;
}

test("a program is found as a shell would find it: first in the PATH, and executable", async () => {
  await program("a/tool", "", 0o644);
  await mkdir(join(place, "b/tool"), { recursive: true });
  const real = await program("c/tool", "");
  const path = ["a", "b", "c", "d"].map((name) => join(place, name)).join(":");
  expect(await findOnPath(path, ["tool"])).toBe(real);
  expect(await findOnPath(path, ["other"])).toBeUndefined();
  expect(await findOnPath(undefined, ["tool"])).toBeUndefined();
});

test("an entry of the PATH that depends on the present folder does not count", async () => {
  await program("c/tool", "");
  expect(await findOnPath(relative(process.cwd(), join(place, "c")), ["tool"])).toBeUndefined();
});

test("what a program prints is taken even when it fails; an aborted look rejects", async () => {
  expect(await printed(await program("bad", "echo 1.2.3; exit 4"), "--version", env, signal)).toBe("1.2.3\n");
  expect(await printed(join(place, "none"), "--version", env, signal)).toBe("");
  const stopped = AbortSignal.abort(new Error("stopped"));
  await expect(printed(await program("good", "echo 1"), "--version", env, stopped)).rejects.toThrow("stopped");
});

test("a program is asked again only when its file has changed, or its answer was not whole", async () => {
  let asked = 0;
  const ask = askedOnce(
    async (path: string) => `${path} ${(asked += 1)}`,
    (answer) => !answer.endsWith(" 1"),
  );
  const real = await program("real", "");
  const link = join(place, "link");
  await symlink(real, link);
  expect(await ask(real, env, signal)).toBe(`${real} 1`);
  expect(await ask(real, env, signal)).toBe(`${real} 2`);
  expect(await ask(link, env, signal)).toBe(`${real} 2`);
  await writeFile(real, "#!/bin/sh\n# of another time\n");
  expect(await ask(link, env, signal)).toBe(`${link} 3`);
});

test("versions are compared by number, place by place", () => {
  expect(versionIn("2.1.330 (Claude Code)")).toBe("2.1.330");
  expect(versionIn("codex-cli 0.169.0")).toBe("0.169.0");
  expect(versionIn("command not found")).toBeUndefined();
  expect(isOlder("2.1.330", "2.1.330")).toBe(false);
  expect(isOlder("2.1.1000", "2.1.330")).toBe(false);
  expect(isOlder("3.0.0", "2.1.330")).toBe(false);
  expect(isOlder("2.1.197", "2.1.330")).toBe(true);
  expect(isOlder("0.168.9", "0.169.0")).toBe(true);
});

test("a tool that cannot be used is refused with the remedy", () => {
  const base = { service: "tool", title: "Tool", ready: true };
  const small = { fatal: false, problem: "It is slow.", remedy: "Wait." };
  const big = { fatal: true, problem: "It is broken.", remedy: "Mend it." };
  expect(usable({ ...base, path: "/bin/tool", findings: [small] })).toBe("/bin/tool");
  expect(() => usable({ ...base, path: "/bin/tool", findings: [small, big] })).toThrow("It is broken. Mend it.");
  expect(() => usable({ ...base, findings: [] })).toThrow("Tool cannot be used.");
});
