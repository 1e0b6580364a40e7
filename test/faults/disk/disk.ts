import { spawnSync } from "node:child_process";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";
import { losePower, type Lost } from "./cut.ts";

const SHIM = fileURLToPath(new URL("shim.c", import.meta.url));

/**
 * The disk under a world's home, which can lose power and fail. Linux with a C compiler; elsewhere the run is skipped. Seen are
 * the server and git. The terminal host has an environment of its own: of journals a run says nothing, and none is promised.
 */
export class Disk {
  /** What a world is started with so that all its writes go through here. */
  readonly env: Record<string, string>;
  readonly #world: World;
  readonly #logs: string;

  private constructor(world: World, logs: string, env: Record<string, string>) {
    this.#world = world;
    this.#logs = logs;
    this.env = env;
  }

  static async under(world: World): Promise<Disk> {
    if (process.platform !== "linux") world.skip("only on Linux something can stand between a program and its disk");
    const shim = join(world.folder, "disk.so");
    const made = spawnSync("cc", ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", shim, SHIM, "-ldl"]);
    if (made.error) world.skip("there is no C compiler (cc)");
    if (made.status !== 0) throw new Error(`shim.c does not compile: ${String(made.stderr)}`);
    const logs = join(world.folder, "disk");
    await mkdir(logs);
    const env = { LD_PRELOAD: shim, CLUSTR_DISK_ROOT: world.home, CLUSTR_DISK_LOG: logs };
    // Git is given an environment in which nothing is inherited but PATH.
    const programs = join(world.folder, "programs");
    await mkdir(programs);
    const path = process.env["PATH"] ?? "";
    const settings = Object.entries({ ...env, PATH: path }).map(([name, value]) => `${name}='${value}'`);
    await writeFile(join(programs, "git"), `#!/bin/sh\n${settings.join(" ")} exec git "$@"\n`, { mode: 0o755 });
    return new Disk(world, logs, { ...env, PATH: `${programs}:${path}` });
  }

  /**
   * Makes the home what it would be if power had been lost just now; `survives` is the chance of each sector that was not
   * safe. Whatever writes there must have ended.
   */
  async losePower(random: Random, survives: number): Promise<Lost> {
    // Not loaded, it would let everything survive, and prove nothing.
    if (!(await readdir(this.#logs)).some((name) => name.endsWith(".log")))
      throw new Error("No program has written through the disk that can lose power.");
    const lost = await losePower(this.#world.home, this.#logs, random, survives);
    // Other programs write from here on, and numbers of processes come again.
    await rm(this.#logs, { recursive: true });
    await mkdir(this.#logs);
    this.#world.figures.faults += 1;
    return lost;
  }

  /** After `skip` more writes and syncs, `fails` of them fail with EIO; `mend` takes it back. */
  async fail(skip: number, fails: number): Promise<void> {
    // Whole at once: it is read the moment it is there.
    await writeFile(join(this.#logs, "fail.new"), `${skip} ${fails}\n`);
    await rename(join(this.#logs, "fail.new"), join(this.#logs, "fail"));
    this.#world.figures.faults += 1;
  }

  async mend(): Promise<void> {
    await rm(join(this.#logs, "fail"), { force: true });
  }
}
