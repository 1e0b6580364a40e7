import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const HOOKS = [
  "post-index-change",
  "reference-transaction",
  "pre-commit",
  "post-commit",
  "post-checkout",
  "pre-auto-gc",
  "fsmonitor-watchman",
];

let project: Project;
afterEach(() => project.remove());

/** A command line that leaves a trace when it runs, by a name that says who ran it. */
const canary = (name: string) => `touch '${path.join(project.base, "ran", name)}'`;

/** Every place in which a repository can name a program. */
function trap(folder: string, prefix: string): void {
  const program = (name: string) => `${canary(`${prefix}${name}`)}; cat`;
  const set = (key: string, value: string) => project.gitIn(folder, "config", key, value);
  const traps = path.join(project.base, "traps", prefix);
  fs.mkdirSync(traps, { recursive: true });
  for (const hook of HOOKS) {
    const text = `#!/bin/sh\n${canary(`${prefix}hook-${hook}`)}\n`;
    for (const where of [path.join(folder, ".git/hooks", hook), path.join(traps, hook)]) {
      fs.mkdirSync(path.dirname(where), { recursive: true });
      fs.writeFileSync(where, text, { mode: 0o755 });
    }
  }
  fs.writeFileSync(path.join(folder, ".gitattributes"), "* filter=evil diff=evil merge=evil\n*.t text eol=crlf\n");
  set("core.hooksPath", traps);
  set("filter.evil.clean", program("clean"));
  set("filter.evil.smudge", program("smudge"));
  set("filter.evil.process", program("process"));
  set("diff.evil.command", program("diff"));
  set("diff.evil.textconv", program("textconv"));
  set("diff.external", program("external"));
  set("merge.evil.driver", program("merge"));
  set("gpg.program", path.join(traps, "pre-commit"));
  set("commit.gpgSign", "true");
  set("core.pager", program("pager"));
  set("core.editor", program("editor"));
  set("core.sshCommand", program("ssh"));
  set("core.fsmonitor", path.join(traps, "fsmonitor-watchman"));
  set("core.alternateRefsCommand", program("alternates"));
  set("include.path", path.join(traps, "included"));
  fs.writeFileSync(path.join(traps, "included"), `[core]\n\tfsmonitor = ${path.join(traps, "fsmonitor-watchman")}\n`);
}

test("a hostile repository runs no program through us", async () => {
  project = new Project({ a: "1\n", "b.t": "2\r\n", "nested/x": "x\n", "module/y": "y\n" });
  const ran = path.join(project.base, "ran");
  fs.mkdirSync(ran);
  project.nested("nested").nested("module").init();
  project.git("add", "a", "b.t", "module");
  project.git("commit", "-q", "-m", "c");
  trap(project.folder, "");
  for (const name of ["nested", "module"]) trap(project.path(name), `${name}-`);

  // The traps work: the person's own git falls into them.
  try {
    project.git("status");
    project.write({ a: "3\n" });
    project.git("diff");
  } catch {
    // Whatever git says of programs that are not what it expects.
  }
  expect(fs.readdirSync(ran).length).toBeGreaterThan(1);
  for (const name of fs.readdirSync(ran)) fs.rmSync(path.join(ran, name));

  const repository = project.repository();
  const files = project.shown();
  const snapshots = await project.snapshots();
  const { id } = await snapshots.take("first");
  project.write({ a: "4\n", "b.t": "5\n", new: "n\n", "nested/x": "changed\n", "module/y": "changed\n" });
  fs.rmSync(project.path(".gitattributes"));
  const second = await snapshots.take("second");
  await snapshots.diff(id, second.id);
  await snapshots.tree.list();
  const { snapshot } = await snapshots.restore(await snapshots.plan(id));
  await snapshots.restore(await snapshots.planUndo(snapshot.id));
  await snapshots.restore(await snapshots.plan(id));
  await snapshots.prune({ newest: 1, age: 0, size: 0 }, []);

  expect(fs.readdirSync(ran)).toEqual([]);
  expect(project.repository()).toEqual(repository);
  const mine = (shown: Record<string, string>) =>
    Object.entries(shown).filter(([name]) => !/^(nested|module)\//.test(name));
  expect(mine(project.shown())).toEqual(mine(files));
});

test("a .git file that points elsewhere, and one that is a link, change nothing there", async () => {
  project = new Project({ a: "1\n" });
  const other = path.join(project.base, "other");
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, "b"), "2\n");
  project.gitIn(other, "init", "-q");
  project.gitIn(other, "add", "-A");
  const index = fs.readFileSync(path.join(other, ".git/index"));
  fs.writeFileSync(project.path(".git"), `gitdir: ${path.join(other, ".git")}\n`);
  const snapshots = await project.snapshots();
  const { id } = await snapshots.take("first");
  expect([...(await snapshots.files(id)).keys()]).toEqual(["a"]);
  expect(fs.readFileSync(path.join(other, ".git/index"))).toEqual(index);
});
