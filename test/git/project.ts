import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { StoreMended } from "../../src/core/ports/snapshots.ts";
import { openSnapshots } from "../../src/git/open-snapshots.ts";
import type { SnapshotStore } from "../../src/git/snapshot-store.ts";

/** A person's project folder in a temporary place, with a store beside it. */
export class Project {
  readonly base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "clustr-git-")));
  readonly folder = path.join(this.base, "project");
  readonly store = path.join(this.base, "store");
  readonly #open: SnapshotStore[] = [];
  /** What its stores said of being mended. */
  readonly mended: StoreMended[] = [];

  constructor(files: Record<string, string> = {}) {
    fs.mkdirSync(this.folder);
    fs.mkdirSync(path.join(this.base, "home"));
    this.write(files);
  }

  /** Bytes go in and out as one character each. */
  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      const full = this.path(name);
      fs.mkdirSync(path.dirname(full), { recursive: true });
      fs.writeFileSync(full, text, "latin1");
    }
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** The person's own git, in an environment of its own. */
  git(...args: string[]): string {
    return this.gitIn(this.folder, ...args);
  }

  gitIn(folder: string, ...args: string[]): string {
    const env = {
      PATH: process.env["PATH"],
      HOME: path.join(this.base, "home"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "p",
      GIT_AUTHOR_EMAIL: "p@x",
      GIT_COMMITTER_NAME: "p",
      GIT_COMMITTER_EMAIL: "p@x",
    };
    return execFileSync("git", args, { cwd: folder, env, encoding: "latin1", stdio: ["pipe", "pipe", "pipe"] });
  }

  init(...args: string[]): this {
    this.git("init", "-q", ...args);
    return this;
  }

  commit(message = "c"): this {
    this.git("add", "-A");
    this.git("commit", "-q", "-m", message);
    return this;
  }

  /** Makes a folder within a repository of its own, with one commit. */
  nested(folder: string): this {
    for (const args of [
      ["init", "-q"],
      ["add", "-A"],
      ["commit", "-q", "-m", "c"],
    ])
      this.gitIn(this.path(folder), ...args);
    return this;
  }

  async snapshots(folder = this.folder): Promise<SnapshotStore> {
    const opened = await openSnapshots({
      store: folder === this.folder ? this.store : `${this.store}-${path.basename(folder)}`,
      folder,
      umask: 0o022,
      mended: (what) => this.mended.push(what),
    });
    this.#open.push(opened);
    return opened;
  }

  /** Every file below a folder of the project, with its kind, mode and bytes; `.git` folders left out unless asked for. */
  shown(below = "", git = false): Record<string, string> {
    const found: Record<string, string> = {};
    const walk = (folder: Buffer, prefix: string) => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true, encoding: "buffer" })) {
        const name = entry.name.toString("latin1");
        const full = Buffer.concat([folder, Buffer.from("/"), entry.name]);
        if (name === ".git" && !git) continue;
        if (entry.isDirectory()) walk(full, `${prefix}${name}/`);
        else if (entry.isSymbolicLink())
          found[prefix + name] = `-> ${fs.readlinkSync(full, { encoding: "latin1" as BufferEncoding })}`;
        else if (entry.isFile())
          found[prefix + name] = `${(fs.statSync(full).mode & 0o777).toString(8)} ${fs.readFileSync(full, "latin1")}`;
        else found[prefix + name] = "special";
      }
    };
    walk(Buffer.from(path.join(this.folder, below)), "");
    return found;
  }

  /** The person's repository, byte for byte. */
  repository(): Record<string, string> {
    return fs.existsSync(this.path(".git/config")) ? this.shown(".git", true) : {};
  }

  async remove(): Promise<void> {
    for (const one of this.#open) {
      await one.detached().catch(() => {});
      await one.close();
    }
    fs.rmSync(this.base, { recursive: true, force: true });
  }
}
