import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
afterEach(() => project.remove());

/** Two branches that changed the same line, the first one checked out. */
function diverged(p: Project): Project {
  p.write({ a: "1\n" });
  p.init("-b", "main").commit();
  p.git("checkout", "-q", "-b", "other");
  p.write({ a: "other\n" });
  p.commit();
  p.git("checkout", "-q", "main");
  p.write({ a: "main\n" });
  return p.commit();
}

/** Everything a project may be; each is changed, snapshot and restored, and its repository compared byte for byte. */
const EDGES: Record<string, (p: Project) => void> = {
  "without git": (p) => p.write({ a: "1\n", "node_modules/x/y.js": "built\n" }),
  "no commits yet": (p) => p.init().write({ a: "1\n" }),
  "untracked, deleted, renamed and staged": (p) => {
    p.write({ a: "1\n", b: "2\n", c: "3\n", d: "4\n" });
    p.init().commit();
    p.git("mv", "a", "z");
    p.git("rm", "-q", "b");
    p.write({ c: "staged\n", new: "n\n" });
    p.git("add", "c");
    p.write({ c: "and changed\n" });
    fs.rmSync(p.path("d"));
  },
  "executables and links": (p) => {
    p.write({ run: "#!/bin/sh\n", "dir/x": "x\n" });
    fs.chmodSync(p.path("run"), 0o755);
    fs.symlinkSync("nowhere", p.path("dangling"));
    fs.symlinkSync("dir", p.path("to-dir"));
    p.init().commit();
  },
  "names of every kind": (p) => {
    const names = ["with\nnewline", 'with"quote', "with\ttab", "with\\backslash", "-dash", ":colon", "*", "ünï"];
    p.write(Object.fromEntries(names.map((name) => [name, `${name}\n`])));
    fs.writeFileSync(Buffer.from(`${p.folder}/not-utf8-\xff`, "latin1"), "x\n");
    p.init().commit();
  },
  "files that became folders, and folders that became files": (p) => {
    p.write({ a: "file\n", "b/c": "inner\n", "b/d/e": "deep\n" });
    p.init().commit();
    fs.rmSync(p.path("a"));
    fs.rmSync(p.path("b"), { recursive: true });
    p.write({ "a/x": "x\n", b: "b\n" });
  },
  "an edit of the same moment as the index": (p) => {
    p.write({ a: "1111\n" });
    p.init();
    p.git("add", "a");
    p.write({ a: "2222\n" });
  },
  "large files, known and not": (p) => {
    p.init();
    const sparse = (name: string, size: number) => {
      fs.writeFileSync(p.path(name), "");
      fs.truncateSync(p.path(name), size);
    };
    sparse("known", 55_000_000);
    p.commit();
    sparse("untracked", 9_000_000);
    p.write({ small: "s\n" });
  },
  "hooks, signing and a diff program": (p) => {
    p.write({ a: "1\n" });
    p.init().commit();
    for (const hook of ["post-index-change", "reference-transaction", "pre-commit", "post-commit", "post-checkout"])
      fs.writeFileSync(p.path(`.git/hooks/${hook}`), `#!/bin/sh\ntouch '${p.path(hook)}'\nexit 1\n`, { mode: 0o755 });
    for (const [key, value] of [
      ["commit.gpgSign", "true"],
      ["gpg.program", "false"],
      ["diff.external", "false"],
    ] as const)
      p.git("config", key, value);
    p.write({ a: "2\n" });
  },
  "a repository in another hash": (p) => {
    p.write({ a: "1\n", "d/b": "2\n" });
    p.init("--object-format=sha256").commit();
    p.write({ a: "2\n" });
  },
  "ignored files": (p) => {
    p.write({ ".gitignore": ".env\nbuilt/\n*.log\n", ".env": "SECRET=1\n", "built/x": "x\n", "forced.log": "l\n" });
    p.init().commit();
    p.git("add", "-f", "forced.log");
    fs.writeFileSync(p.path(".git/info/exclude"), "local\n");
    p.write({ local: "l\n" });
  },
  "autocrlf and mixed line ends": (p) => {
    p.init();
    p.git("config", "core.autocrlf", "true");
    p.write({ crlf: "a\r\nb\r\n", mixed: "a\r\nb\n", lf: "a\nb\n" });
    p.git("-c", "core.safecrlf=false", "add", "-A");
    p.commit();
  },
  "attributes that convert": (p) => {
    p.init();
    p.write({ ".gitattributes": "*.eol eol=crlf\n*.id ident\n*.u16 working-tree-encoding=UTF-16LE\n" });
    p.write({ "a.eol": "1\r\n", "a.id": "$Id$\n", "a.u16": "a\0\n\0" });
    p.commit();
  },
  "a required filter": (p) => {
    p.init();
    p.git("config", "filter.f.clean", "tr a-z A-Z");
    p.git("config", "filter.f.smudge", "tr A-Z a-z");
    p.git("config", "filter.f.required", "true");
    p.write({ ".gitattributes": "* filter=f\n", a: "text\n" });
    p.commit();
    p.git("config", "filter.f.clean", "false");
  },
  "index version 4, fsmonitor and untracked cache": (p) => {
    p.write({ a: "1\n", "d/b": "2\n" });
    p.init().commit();
    p.git("update-index", "--index-version=4");
    p.git("config", "core.untrackedCache", "true");
    // A monitor that says that everything may have changed; git notes in the index that it was asked.
    p.git("config", "core.fsmonitor", "printf 'token\\0/\\0' #");
    p.git("update-index", "--fsmonitor");
    p.git("status");
    p.write({ a: "2\n" });
  },
  "a split index": (p) => {
    p.write({ a: "1\n", b: "2\n" });
    p.init().commit();
    p.git("update-index", "--split-index");
    p.write({ a: "split\n" });
    p.git("add", "a");
  },
  "a sparse checkout with a sparse index": (p) => {
    p.write({ "in/a": "1\n", "out/b": "2\n", top: "3\n" });
    p.init().commit();
    p.git("sparse-checkout", "set", "--cone", "--sparse-index", "in");
  },
  "assume-unchanged and skip-worktree": (p) => {
    p.write({ a: "1\n", b: "2\n" });
    p.init().commit();
    p.git("update-index", "--assume-unchanged", "a");
    p.git("update-index", "--skip-worktree", "b");
    p.write({ a: "hidden\n", b: "hidden too\n" });
  },
  "a file that is only announced": (p) => {
    p.write({ a: "1\n" });
    p.init().commit();
    p.write({ announced: "x\n", empty: "" });
    p.git("add", "-N", "announced", "empty");
  },
  "in the middle of a merge": (p) => expect(() => diverged(p).git("merge", "other")).toThrow(),
  "in the middle of a rebase": (p) => expect(() => diverged(p).git("rebase", "other")).toThrow(),
  "a held index lock": (p) => {
    p.write({ a: "1\n" });
    p.init().commit();
    fs.writeFileSync(p.path(".git/index.lock"), "");
  },
  "repositories within": (p) => {
    p.write({ a: "1\n", "nested/x": "x\n", "empty/y": "y\n", "sub/z": "z\n" });
    p.init().nested("nested").nested("sub");
    p.gitIn(p.path("empty"), "init", "-q");
    p.git("add", "a", "sub");
    p.git("commit", "-q", "-m", "c");
    p.write({ "sub/z": "dirty\n" });
  },
  "a submodule": (p) => {
    p.write({ a: "1\n", "../origin/y": "y\n" });
    p.nested("../origin").init();
    p.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../origin", "module");
    p.commit();
    p.write({ "module/y": "dirty\n", "module/new": "n\n" });
  },
  ...(process.getuid?.() === 0 && {
    "another owner": (p: Project) => {
      p.write({ a: "1\n" });
      p.init().commit();
      p.write({ a: "2\n" });
      execFileSync("chown", ["-R", "12345:12345", p.folder]);
    },
  }),
  "pipes and sockets": (p) => {
    p.write({ a: "1\n" });
    p.init().commit();
    execFileSync("mkfifo", [p.path("pipe")]);
    // Ended before it could clean up.
    const listen = "require('net').createServer().listen('socket', () => process.kill(process.pid, 'SIGKILL'))";
    spawnSync(process.execPath, ["-e", listen], { cwd: p.folder });
    expect(fs.lstatSync(p.path("socket")).isSocket()).toBe(true);
  },
};

describe.each(Object.entries(EDGES))("a folder: %s", (_name, make) => {
  test("is kept byte for byte, and its repository is not touched", async () => {
    project = new Project();
    make(project);
    const files = project.shown();
    const repository = project.repository();
    const snapshots = await project.snapshots();
    const { id, skipped } = await snapshots.take("first");
    const isMine = (name: string) =>
      !skipped.some((one) => name.startsWith(`${one.path}/`)) && !/^(node_modules|built)\//.test(name);
    expect((await snapshots.plan(id)).changes).toEqual([]);

    for (const name of Object.keys(files).filter(isMine)) {
      if (files[name] === "special") continue;
      fs.rmSync(Buffer.from(`${project.folder}/${name}`, "latin1"));
    }
    fs.mkdirSync(project.path("added"));
    project.write({ "added/by": "somebody\n" });
    const { done, left, snapshot } = await snapshots.restore(await snapshots.plan(id));
    expect(left).toEqual([]);
    expect(done.length).toBeGreaterThan(0);
    expect(project.shown()).toEqual(files);

    await snapshots.restore(await snapshots.planUndo(snapshot.id));
    expect(Object.keys(project.shown()).filter((name) => isMine(name) && files[name] !== "special")).toEqual([
      "added/by",
    ]);
    expect(project.repository()).toEqual(repository);
  });
});
