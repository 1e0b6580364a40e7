import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";

async function put(d: Desk, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(d.folder, path, ".."), { recursive: true });
  await writeFile(join(d.folder, path), content);
}

describe("the files of a workspace", () => {
  it("are listed by name, with what is ignored", async () => {
    await using d = await desk();
    await put(d, ".gitignore", "*.log\n/out/\n");
    await put(d, "src/a.ts", "hello");
    await put(d, "src/b.log", "");
    await put(d, "src/ü é.ts", "");
    await put(d, "out/x", "");
    const { entries } = await d.ask("file.list", { folder: "src" });
    expect(entries).toEqual([
      { name: "a.ts", path: "src/a.ts", kind: "file", size: 5, ignored: false },
      { name: "b.log", path: "src/b.log", kind: "file", size: 0, ignored: true },
      { name: "ü é.ts", path: "src/ü é.ts", kind: "file", size: 0, ignored: false },
    ]);
    const top = await d.ask("file.list", {});
    expect(top.entries.find(({ name }) => name === "out")).toMatchObject({ kind: "folder", ignored: true });
    expect(top.complete).toBe(true);
  });

  it("come in pages that miss and repeat nothing", async () => {
    await using d = await desk();
    for (let i = 0; i < 25; i++) await put(d, `many/f${i}`, "");
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await d.ask("file.list", { folder: "many", limit: 10, after: next });
      seen.push(...page.entries.map(({ name }) => name));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it("are read in parts that together are the file, never cut inside a character", async () => {
    await using d = await desk();
    const text = "aé€😀".repeat(500);
    await put(d, "text", text);
    for (const limit of [16, 17, 18, 19, 1000]) {
      let read = "";
      let offset: number | undefined = 0;
      while (offset !== undefined) {
        const part: { content: string; next?: number | undefined } = await d.ask("file.read", {
          path: "text",
          offset,
          limit,
        });
        read += part.content;
        offset = part.next;
      }
      expect(read === text, `${limit} bytes at once`).toBe(true);
    }
  });

  it("that are binary say so, and come whole as base64", async () => {
    await using d = await desk();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
    await put(d, "logo.png", bytes);
    expect(await d.ask("file.read", { path: "logo.png" })).toMatchObject({ binary: true, content: "", size: 70_000 });
    const { content } = await d.ask("file.read", { path: "logo.png", as: "base64" });
    expect(Buffer.from(content, "base64").equals(bytes)).toBe(true);
  });

  it("are read beyond their end as nothing", async () => {
    await using d = await desk();
    await put(d, "short", "12345");
    const part = await d.ask("file.read", { path: "short", offset: 99 });
    expect(part).toMatchObject({ content: "", size: 5 });
    expect(part.next).toBeUndefined();
  });

  it("are found by parts of their path, without what is ignored", async () => {
    await using d = await desk();
    await put(d, ".gitignore", "node_modules/\n");
    await put(d, "src/parser.ts", "");
    await put(d, "src/ünï.ts", "");
    await put(d, "node_modules/parser/index.js", "");
    expect(await d.ask("file.find", { query: "parser" })).toEqual({ paths: ["src/parser.ts"], complete: true });
    expect((await d.ask("file.find", { query: "ünï" })).paths).toEqual(["src/ünï.ts"]);
  });

  it("are for people: an agent has its own way to them", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await expect(d.ask("file.list", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("file.read", { path: "x" }, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("file.find", { query: "x" }, ada)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("ask nothing of the project's own git: no program that it names is run", async () => {
    await using d = await desk();
    const canary = join(d.folder, "private", "canary");
    execFileSync("git", ["init", "-q", d.folder]);
    execFileSync("git", ["-C", d.folder, "config", "core.fsmonitor", `touch ${canary}; false`]);
    execFileSync("git", ["-C", d.folder, "config", "core.excludesFile", `/dev/null`]);
    await put(d, "a.ts", "");
    expect((await d.ask("file.find", { query: "a.ts" })).paths).toEqual(["a.ts"]);
    await d.ask("file.list", {});
    expect((await d.ask("file.list", { folder: "private" })).entries.map(({ name }) => name)).not.toContain("canary");
  });
});

describe("what leads out of the workspace", () => {
  const out = [
    "..",
    "../x",
    "src/../../x",
    "/etc/passwd",
    "src/./a",
    "./src",
    "src//a",
    "src/",
    "a\0b",
    "..\0",
    "src/..",
  ];
  it.each(out)("%j is no path", async (path) => {
    await using d = await desk();
    await put(d, "src/a", "");
    await expect(d.ask("file.read", { path })).rejects.toMatchObject({ code: "invalid" });
    await expect(d.ask("file.list", { folder: path })).rejects.toMatchObject({ code: "invalid" });
  });

  it.each(["..%2fx", "..\\x", "%2e%2e/x", "....//x", "．．/x", "~/x", "$HOME"])(
    "%j is a name like any other, and not there",
    async (path) => {
      await using d = await desk();
      const code = path.includes("//") ? "invalid" : "not_found";
      await expect(d.ask("file.read", { path })).rejects.toMatchObject({ code });
    },
  );

  it("is not followed, whichever part of a path is the link; a link that stays inside is", async () => {
    await using d = await desk();
    await put(d, "src/a", "inside");
    await symlink("/etc", join(d.folder, "etc"));
    await symlink("/etc/passwd", join(d.folder, "src/passwd"));
    await symlink("..", join(d.folder, "up"));
    await symlink("../..", join(d.folder, "src/far"));
    await symlink("src", join(d.folder, "again"));
    for (const path of ["etc/passwd", "src/passwd", "again/passwd", "etc/hostname"])
      await expect(d.ask("file.read", { path }), path).rejects.toMatchObject({ code: "forbidden" });
    for (const folder of ["etc", "up", "src/far", "again/far"])
      await expect(d.ask("file.list", { folder })).rejects.toMatchObject({ code: "forbidden" });
    expect(await d.ask("file.read", { path: "again/a" })).toMatchObject({ content: "inside" });
    const { folder, entries } = await d.ask("file.list", { folder: "again" });
    expect(folder).toBe("src");
    expect(entries.find(({ name }) => name === "passwd")).toMatchObject({ kind: "link", path: "src/passwd" });
  });

  it("pipes, sockets and folders are not opened", async () => {
    await using d = await desk();
    execFileSync("mkfifo", [join(d.folder, "pipe")]);
    await symlink("pipe", join(d.folder, "to-pipe"));
    await mkdir(join(d.folder, "folder"));
    for (const path of ["pipe", "to-pipe", "folder"])
      await expect(d.ask("file.read", { path })).rejects.toMatchObject({ code: "invalid" });
    const { entries } = await d.ask("file.list", {});
    expect(entries.find(({ name }) => name === "pipe")).toMatchObject({ kind: "other" });
  });
});
